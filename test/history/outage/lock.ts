/** Holds the database of a file of SQLite's for itself, from when it has said so until it is killed. */
import Database from "libsql";

const db = new Database(process.argv[2] ?? "");
db.exec("pragma busy_timeout = 5000");
db.exec("begin exclusive");
process.stdout.write("locked\n");
setInterval(() => db.open, 60_000);
