// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What scans found, kept between starts in one file, by the SHA-256 of the plugin. The file is
// replaced whole and carries its own SHA-256; one that is missing, damaged, of another version or
// somebody else's counts as empty. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_SCAN_CACHE_H
#define PORTRAIT_PLUGIN_SCAN_CACHE_H

#include "digest.h"
#include "scan.h"

struct scan_cache;

// Reads the cache of a folder, which need not be there. `is_fresh`: what it holds is not believed.
pt_status scan_cache_open(const char *folder, bool is_fresh, struct scan_cache **out,
                          struct pt_error *err);
// Borrowed until the next add; false when it is not known.
bool scan_cache_find(struct scan_cache *c, const char sha256[SHA256_HEX], pt_status *status,
                     struct text *bytes);
pt_status scan_cache_add(struct scan_cache *c, const char sha256[SHA256_HEX],
                         const struct scan_result *result, struct pt_error *err);
// Writes it if something was added. A folder that takes no file is no failure of anything: the next
// start scans again.
void scan_cache_save(const struct scan_cache *c);
void scan_cache_free(struct scan_cache *c); // NULL is fine

#endif
