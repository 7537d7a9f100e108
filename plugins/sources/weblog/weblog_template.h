// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Format texts: presets by name, presets with a tail, and custom strings in Apache or nginx
// directives, compiled to steps; and lines parsed by these steps.
#ifndef WEBLOG_TEMPLATE_H
#define WEBLOG_TEMPLATE_H

#include "weblog_format.h"

struct weblog_preset {
    const char *name;
    const char *format;
    const char *help;
    bool by_name_only; // not tried by `auto`
    bool is_balancer;
};

// Presets written as format texts, and their number.
const struct weblog_preset *weblog_presets(uint32_t *n);

// Compiles `text`: a preset's name, a preset's name and a tail, or directives. False: see fault.
bool weblog_template_compile(struct weblog_format *f, const char *text, struct weblog_fault *fault);

struct weblog_reason weblog_template_parse(const struct weblog_format *f, const uint8_t *line,
                                           size_t n, struct weblog_record *out);

// Bytes of the collector's prefix the line begins with; 0 when it has none of that kind.
size_t weblog_prefix_length(enum weblog_prefix prefix, const uint8_t *line, size_t n);

#endif
