// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// JSON lines access logs: which member of an object is which field, and lines read by that map.
// A path is member names joined by dots; an array stands for its first element.
#ifndef WEBLOG_JSON_H
#define WEBLOG_JSON_H

#include "weblog_format.h"

struct weblog_flavour {
    const char *name;       // as `format` says
    const char *sign;       // path that only this flavour has
    const char *const *map; // role, path, role, path ..., NULL; first path that a log has wins
    const char *help;
};

const struct weblog_flavour *weblog_flavours(uint32_t *n);

// Adds a field for `role` (a column's name, or duration_s, _us, _ns) at `path`; a role that is
// already there stays as it is. False: see fault.
bool weblog_json_map(struct weblog_format *f, const char *role, const char *path,
                     struct weblog_fault *fault);

// Reads one line. The whole line must be one JSON object (RFC 8259; \xHH in strings, as nginx
// writes without escape=json, is taken too).
struct weblog_reason weblog_json_parse(const struct weblog_format *f, const uint8_t *line, size_t n,
                                       struct weblog_record *out);

// True when the record holds what makes it an access record: a request, path, method or status.
bool weblog_json_is_access(const struct weblog_format *f, const struct weblog_record *record);

#endif
