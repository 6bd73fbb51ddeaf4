/** The version that health, snapshot, contract and `--version` show; a spec holds it to package.json. */
export const VERSION = "1.5.0";
