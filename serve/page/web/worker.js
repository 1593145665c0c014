// The zoo in a worker: the same program as on a server, compiled to WebAssembly.

"use strict";
importScripts("wasm_exec.js");

async function got(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

async function start() {
  const go = new Go();
  const packed = await got("zoo.wasm.gz");
  const program = new Response(packed.body.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": "application/wasm" } });
  const models = got("models.json").then((r) => r.json()).then(({ models }) => Promise.all(models.map(async (name) => {
    return [name, new Uint8Array(await (await got(`models/${name}.zip`)).arrayBuffer())];
  })));
  const { instance } = await WebAssembly.instantiateStreaming(program, go.importObject);
  go.run(instance); // it returns when the program ends: never
  for (const [name, packed] of await models) {
    const { error } = JSON.parse(await self.zooOpen(name, packed));
    if (error) throw new Error(`${name}: ${error}`);
  }
}

const ready = start();

self.onmessage = async ({ data: { id, ask, name, request } }) => {
  try {
    await ready;
    postMessage({ id, ...JSON.parse(await self.zooAsk(ask, name ?? "", JSON.stringify(request ?? null))) });
  } catch (e) {
    postMessage({ id, error: e.message });
  }
};
