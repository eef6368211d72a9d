// Stands in for worker-thread.js while punctual itself runs from its TypeScript sources; not part of the package.
import { tsImport } from "tsx/esm/api";

export default (await tsImport("./worker-thread.ts", import.meta.url)).default;
