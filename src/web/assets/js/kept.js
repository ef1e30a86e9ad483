// What this browser keeps for a ledger's reader: keys and receipts, in IndexedDB, below one origin. Nothing of it is sent.

/** @typedef {"keys" | "receipts"} Shelf */

/** @type {Promise<IDBDatabase> | undefined} */
let database;

/**
 * What a request ends with.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function ended(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  database ??= (() => {
    const request = indexedDB.open("tinnhiem", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys", { keyPath: "id" });
      request.result.createObjectStore("receipts", { keyPath: "id" });
    };
    return ended(request);
  })();
  return database;
}

/**
 * All that lies on a shelf, by id.
 * @param {Shelf} shelf
 * @returns {Promise<any[]>}
 */
export async function all(shelf) {
  return ended((await open()).transaction(shelf).objectStore(shelf).getAll());
}

/**
 * Puts something there; what has its id is replaced. It is on the disk when this returns.
 * @param {Shelf} shelf
 * @param {{id: string}} thing
 */
export async function put(shelf, thing) {
  const transaction = (await open()).transaction(shelf, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  transaction.objectStore(shelf).put(thing);
  await done;
}

/**
 * Takes something away for good.
 * @param {Shelf} shelf
 * @param {string} id
 */
export async function remove(shelf, id) {
  await ended((await open()).transaction(shelf, "readwrite").objectStore(shelf).delete(id));
}
