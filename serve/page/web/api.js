// What answers: the server that sent the page, or the zoo in a worker beside it.

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

const tokenKey = "zoo-token";

function server() {
  async function ask(path, options = {}) {
    const headers = { ...options.headers };
    const token = sessionStorage.getItem(tokenKey);
    if (token) headers.Authorization = "Bearer " + token;
    const response = await fetch(path, { ...options, headers });
    let body = null;
    try {
      body = await response.json();
    } catch (e) {
      if (e.name === "AbortError") throw e;
    }
    if (!response.ok || body === null) {
      throw new Refused(response.status, body?.error ?? "the server answered " + response.status);
    }
    return body;
  }
  return {
    models: async () => (await ask("v1/models")).models,
    model: (name) => ask("v1/models/" + encodeURIComponent(name)),
    predict: (name, request, signal) => ask("v1/predict/" + encodeURIComponent(name), {
      method: "POST", body: JSON.stringify(request), headers: { "Content-Type": "application/json" }, signal,
    }),
    setToken: (token) => sessionStorage.setItem(tokenKey, token),
  };
}

// inWorker asks a worker, one request at a time: who gives up before its turn costs
// nothing.
function inWorker() {
  const worker = new Worker("worker.js");
  const waiting = new Map();
  const tail = { turn: Promise.resolve() };
  let last = 0;
  worker.onmessage = ({ data }) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error !== undefined) one?.reject(new Refused(data.status ?? 500, data.error));
    else one?.resolve(data.result);
  };
  worker.onerror = (e) => {
    for (const one of waiting.values()) one.reject(new Refused(500, "the zoo did not start: " + e.message));
    waiting.clear();
  };
  function send(what, signal) {
    const mine = tail.turn.then(() => {
      signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        worker.postMessage({ id: last, ...what });
      });
    });
    tail.turn = mine.catch(() => {});
    return mine;
  }
  return {
    models: async () => (await send({ ask: "models" })).models,
    model: (name) => send({ ask: "model", name }),
    predict: (name, request, signal) => send({ ask: "predict", name, request }, signal),
    setToken: () => {},
  };
}

export const isStatic = document.documentElement.dataset.mode === "static";
export const api = isStatic ? inWorker() : server();
