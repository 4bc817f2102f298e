/**
 * The thread that github-bench sends from, so that nothing else delays its clock: so many connections, each with its own deliveries,
 * one after the other. Tells how long each answer took and what it was.
 */
import { Agent, request } from "node:http";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

/** Posts one; milliseconds to the end of the answer, and its status (0 for none). */
function post(agent, url, { headers, body }) {
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status) => resolve({ ms: performance.now() - began, status });
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume().once("end", () => end(response.statusCode ?? 0));
    });
    sent.once("error", () => end(0)).end(body);
  });
}

async function burst({ url, lanes }) {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes.length });
  const answers = await Promise.all(
    lanes.map(async (lane) => {
      const told = [];
      for (const delivery of lane) told.push(await post(agent, url, delivery));
      return told;
    }),
  );
  agent.destroy();
  return answers.flat();
}

if (!isMainThread && workerData?.lanes !== undefined) parentPort.postMessage(await burst(workerData));
