// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The host table's shape: a pt_host whose every slot is callable. Slots that the owner does not
// replace answer PT_E_UNSUPPORTED (or nothing), so that no plugin ever meets an empty slot.
#ifndef PORTRAIT_PLUGIN_HOST_H
#define PORTRAIT_PLUGIN_HOST_H

#include <portrait/host.h>

#include "error.h"

// Fills *host, with `ctx` for the owner's own slots. What works at once: error_set (into
// struct pt_error), alloc/realloc/free (the core's memory, no budget), now_ms (the system's clock),
// cancelled (never), log (to nowhere), get_extension (none). Everything else is unsupported. The
// owner then replaces what it provides, slot by slot or table by table (input, writer, reader,
// http).
void host_table_init(pt_host *host, void *ctx);

// The tables of stubs that host_table_init() sets; start from a copy to replace single slots.
const pt_input_api *host_input_stub(void);
const pt_writer_api *host_writer_stub(void);
const pt_reader_api *host_reader_stub(void);
const pt_http_api *host_http_stub(void);

// pt_host.error_set for every host: stores code, message and option path and returns `code`.
// `code` outside PT_E_* becomes PT_E_INTERNAL, so that a failure never reads as success. A NULL
// message reads as the code's name. `err` may be NULL.
pt_status host_error_set(pt_error *err, pt_status code, const char *message, const char *option,
                         uint8_t retryable);

#endif
