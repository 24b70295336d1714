/** The names of the tables. */
export const tableNames = ["calls", "functions", "goroutines", "processes", "requests", "intervals"] as const;
export type TableName = (typeof tableNames)[number];
