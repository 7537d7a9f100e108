// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Times one stage: wall seconds, CPU seconds and the stage's own peak memory (Linux).
import fs from 'node:fs';
export const size = f => fs.statSync(f).size;
export function results(engine, path) {
  return async (stage, info, fn) => {
    try { fs.writeFileSync('/proc/self/clear_refs', '5'); } catch {}
    const c = process.resourceUsage(), t = performance.now();
    const extra = await fn();
    const s = (performance.now() - t) / 1e3, e = process.resourceUsage();
    const cpu = (e.userCPUTime + e.systemCPUTime - c.userCPUTime - c.systemCPUTime) / 1e6;
    const peak = fs.readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)[1] >> 10;
    const d = { engine, stage, s: +s.toFixed(4), cpu: +cpu.toFixed(3), rows: 0, bytes: 0, peak_mb: peak, ...info, ...extra };
    fs.appendFileSync(path, JSON.stringify(d) + '\n');
    console.log(`${engine.padEnd(8)} ${stage.padEnd(22)} ${s.toFixed(3).padStart(8)} s  cpu ${cpu.toFixed(2).padStart(7)}  peak ${peak} MB  ${JSON.stringify(extra ?? {})}`);
    return d;
  };
}
