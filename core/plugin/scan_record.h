// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a plugin says of itself (plugin_info without its functions), as bytes: from the child that
// loaded it to the host, and into the cache. Whoever reads them trusts nothing. Private to
// core/plugin.
#ifndef PORTRAIT_PLUGIN_SCAN_RECORD_H
#define PORTRAIT_PLUGIN_SCAN_RECORD_H

#include "registry.h"

// Appends the record; false when memory is out.
bool scan_record_write(const struct plugin_info *info, struct str *out);
// Fills what `info` says of the plugin; components have no vtable and no functions. Everything is
// copied into the arena. PT_E_DATA when the bytes are no whole record; `info` is unchanged then.
pt_status scan_record_read(struct text bytes, struct arena *arena, struct plugin_info *info,
                           struct pt_error *err);

// Little-endian pieces, for the cache too.
struct scan_bytes {
    const uint8_t *p;
    size_t left;
    bool is_bad; // ran past the end, or a value that cannot be
};

void scan_put_u32(struct str *out, uint32_t value);
void scan_put_text(struct str *out, struct text text); // p NULL is kept apart from empty
uint32_t scan_get_u32(struct scan_bytes *in);
struct text scan_get_text(struct scan_bytes *in); // borrowed

#endif
