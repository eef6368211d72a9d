/** How the server answers a kind of request: its usual size and time, and how far they spread. */
export interface Route {
  readonly path: string;
  readonly medianBytes: number;
  readonly medianMs: number;
  readonly sigma: number;
  readonly method?: string;
  /** Sent with a query string. */
  readonly query?: string;
  /** A file that browsers keep. */
  readonly cached?: boolean;
}

const page = (path: string): Route => ({ path, medianBytes: 24_000, medianMs: 45, sigma: 0.6 });
const asset = (path: string, medianBytes: number): Route => ({
  path,
  medianBytes,
  medianMs: 2,
  sigma: 0.5,
  cached: true,
});

const GOODS = ["lamp", "chair", "desk", "shelf", "rug", "clock", "mirror", "stool", "sofa", "vase"];
const STYLES = ["oak", "steel", "linen", "walnut", "glass", "cotton", "brass", "marble"];

const products = STYLES.flatMap((style) =>
  GOODS.flatMap((good) => Array.from({ length: 12 }, (_, model) => page(`/products/${style}-${good}-${model + 1}`))),
);
const posts = GOODS.flatMap((good) => STYLES.map((style) => page(`/blog/how-to-care-for-${style}-${good}`)));

/** Pages, the most popular first. */
export const PAGES: readonly Route[] = [
  page("/"),
  { path: "/search", medianBytes: 14_000, medianMs: 220, sigma: 0.8, query: "?q=oak+chair&page=2" },
  page("/products"),
  { path: "/api/cart", medianBytes: 900, medianMs: 30, sigma: 0.5, method: "POST" },
  { path: "/api/recommendations", medianBytes: 3_500, medianMs: 95, sigma: 0.7, query: "?limit=12" },
  page("/login"),
  ...products.slice(0, 200),
  { path: "/reports/export", medianBytes: 420_000, medianMs: 1_400, sigma: 0.5, query: "?format=csv" },
  ...posts,
  ...products.slice(200),
];

/** What a browser fetches along with a page. */
export const ASSETS: readonly Route[] = [
  asset("/assets/app.css", 38_000),
  asset("/assets/app.js", 142_000),
  asset("/favicon.ico", 1_150),
  asset("/assets/logo.svg", 4_200),
  ...GOODS.map((good) => asset(`/images/${good}.webp`, 61_000)),
];

/** What those try who look for a way in; none of it is there. */
export const PROBES: readonly Route[] = [
  "/wp-login.php",
  "/.env",
  "/xmlrpc.php",
  "/admin/config.php",
  "/.git/config",
].map((path) => ({ path, medianBytes: 560, medianMs: 3, sigma: 0.4 }));

export const ROBOTS: Route = { path: "/robots.txt", medianBytes: 310, medianMs: 1, sigma: 0.3 };
export const HEALTH: Route = { path: "/health", medianBytes: 17, medianMs: 1, sigma: 0.3 };

export const BROWSERS: readonly string[] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari",
  "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
  "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
  'Mozilla/5.0 (\\"Kiosk\\" 4) AppleWebKit/537.36',
];

/** Crawlers come from few addresses and read much. */
export const CRAWLERS: readonly { readonly host: string; readonly agent: string }[] = [
  { host: "66.249.66.1", agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" },
  { host: "157.55.39.14", agent: "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)" },
  {
    host: "2a03:2880:f12f:83::25de",
    agent: "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  },
  { host: "54.36.148.92", agent: "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)" },
];
