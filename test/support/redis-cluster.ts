import { Cluster } from "ioredis";
import { REDIS_OPTIONS } from "punctual/redis";
import { RedisServer } from "./redis-server.js";

/** Has the work done with a Cluster of two servers, which are gone when it is over. */
export async function withCluster(
  work: (cluster: Cluster, servers: readonly [RedisServer, RedisServer]) => Promise<void>,
): Promise<void> {
  const settings = ["--cluster-enabled", "yes"];
  await using first = await RedisServer.start({ settings });
  await using second = await RedisServer.start({ settings });
  await first.command("CLUSTER ADDSLOTSRANGE 0 8191");
  await second.command("CLUSTER ADDSLOTSRANGE 8192 16383");
  await second.command("CLUSTER SET-CONFIG-EPOCH 2");
  await first.command(`CLUSTER MEET 127.0.0.1 ${second.port}`);
  for (const each of [first, second]) await each.until("CLUSTER INFO", (info) => info.includes("cluster_state:ok"));
  await first.until("CLUSTER NODES", (nodes) => nodes.includes("8192-16383"));
  const cluster = new Cluster([first.url], { enableOfflineQueue: false, redisOptions: REDIS_OPTIONS });
  cluster.on("error", () => {});
  try {
    await new Promise<void>((resolve) => cluster.once("ready", resolve));
    await work(cluster, [first, second]);
  } finally {
    cluster.disconnect();
  }
}
