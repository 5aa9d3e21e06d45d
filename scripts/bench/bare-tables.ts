// What a program without a ledger would do: rows with an index into a table, durably, by the driver itself.
import Sqlite from "better-sqlite3"
import pg from "pg"

/** A table of numbered rows. */
export interface BareTable {
  /** Inserts rows in one commit, durable when it resolves. */
  readonly insert: (first: number, bodies: readonly Uint8Array[]) => Promise<void>
  readonly close: () => Promise<void>
}

const CREATE = (bytes: string) =>
  `CREATE TABLE bare (idx bigint NOT NULL PRIMARY KEY, body ${bytes} NOT NULL)`

/** On SQLite, with the durability of our own file. @param path - made */
export function openBareSqlite(path: string): BareTable {
  const file = new Sqlite(path)
  file.pragma("journal_mode = WAL")
  file.pragma("synchronous = FULL")
  file.exec(CREATE("blob"))
  const insert = file.prepare("INSERT INTO bare VALUES (?, ?)")
  const all = file.transaction((first: number, bodies: readonly Uint8Array[]) => {
    for (const [i, body] of bodies.entries()) insert.run(first + i, body)
  })
  return {
    insert: (first, bodies) => {
      all(first, bodies)
      return Promise.resolve()
    },
    close: () => {
      file.close()
      return Promise.resolve()
    },
  }
}

/** On PostgreSQL: one statement is one commit, also with many rows. */
export async function openBarePostgres(address: string): Promise<BareTable> {
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  await client.query(CREATE("bytea"))
  return {
    insert: async (first, bodies) => {
      const places = bodies.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(", ")
      const values = bodies.flatMap((body, i) => [first + i, body])
      const name = `bare-${bodies.length}` // prepared once for each number of rows
      await client.query({ name, text: `INSERT INTO bare VALUES ${places}`, values })
    },
    close: () => client.end(),
  }
}
