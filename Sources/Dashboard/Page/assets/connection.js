// SPDX-License-Identifier: BSD-3-Clause
// The WebSocket to the process: comes back by itself, says how it stands, carries control requests.

import { decodeFrame } from "/assets/wire.js";

const delays = [0.5, 1, 2, 3, 5]; // s before each new attempt
const silence = 12; // s without any message after which a connection is taken for dead
const patience = 5; // s after which an attempt to connect is given up

export class Connection {
  #socket;
  #attempt = 0;
  #heard = 0;
  #retry;
  #waiting = new Map();
  #next = 1;

  /** Calls `onFrame` with decoded frames and `onState` with {state, retryAt, since}. */
  constructor(url, { onFrame, onState }) {
    this.url = url;
    this.onFrame = onFrame;
    this.onState = onState;
    this.state = "connecting";
    this.since = Date.now();
    this.token = sessionStorage.getItem("tiltfold-token") ?? "";
    setInterval(() => this.#watch(), 2000);
    addEventListener("online", () => this.reconnect());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state === "lost") this.reconnect();
    });
    queueMicrotask(() => this.#open());
  }

  /** Tries at once. */
  reconnect() {
    const isConnecting = this.#socket?.readyState === WebSocket.CONNECTING;
    if (this.state === "open" || (isConnecting && Date.now() - this.#heard < 1000)) return;
    clearTimeout(this.#retry);
    this.#open();
  }

  /** Keeps a token for control, in this tab only. */
  useToken(token) {
    this.token = token;
    sessionStorage.setItem("tiltfold-token", token);
  }

  /** Sends a control request; resolves to the answer, {ok, text, ...}, and never rejects. */
  ask(request, fields = {}) {
    if (this.state !== "open") {
      return Promise.resolve({ ok: false, text: "There is no connection to TiltFold; nothing was sent." });
    }
    const id = String(this.#next++);
    const message = { request, ...fields, id };
    if (this.token) message.token = this.token;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve({ ok: false, text: "No answer came within 15 s; look at the events before you ask again." });
      }, 15000);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      try {
        this.#socket.send(JSON.stringify(message));
      } catch {
        this.#waiting.get(id)?.({ ok: false, text: "The connection has just broken; nothing was sent." });
        this.#waiting.delete(id);
      }
    });
  }

  #set(state, retryAt) {
    if (state !== this.state) this.since = Date.now();
    this.state = state;
    this.onState({ state, retryAt, since: this.since });
  }

  #open() {
    this.#set(this.#attempt === 0 ? "connecting" : "lost");
    const before = this.#socket;
    this.#socket = undefined; // what still comes from it counts for nothing
    before?.close();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#attempt = 0;
      this.#heard = Date.now();
      this.#set("open");
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heard = Date.now();
      if (typeof data === "string") this.#answer(data);
      else this.#frame(data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  #frame(buffer) {
    let frame;
    try {
      frame = decodeFrame(buffer);
    } catch (error) {
      console.warn(`A frame cannot be read: ${error.message}`);
      return;
    }
    this.onFrame(frame);
  }

  #answer(data) {
    let answer;
    try {
      answer = JSON.parse(data);
    } catch {
      return;
    }
    const resolve = this.#waiting.get(String(answer.id));
    this.#waiting.delete(String(answer.id));
    resolve?.(answer);
  }

  #lost() {
    for (const resolve of this.#waiting.values()) {
      resolve({ ok: false, text: "The connection broke before the answer came." });
    }
    this.#waiting.clear();
    const delay = delays[Math.min(this.#attempt++, delays.length - 1)];
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), delay * 1000);
    this.#set("lost", Date.now() + delay * 1000);
  }

  #watch() {
    const isConnecting = this.#socket?.readyState === WebSocket.CONNECTING;
    if (this.state !== "open" && !isConnecting) return;
    if (Date.now() - this.#heard < 1000 * (isConnecting ? patience : silence)) return;
    const socket = this.#socket;
    this.#socket = undefined;
    socket.close();
    this.#lost();
  }
}
