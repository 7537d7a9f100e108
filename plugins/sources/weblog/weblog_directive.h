// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One directive of a format text: Apache's %... (mod_log_config), nginx' $... (ngx_http_log_module)
// and ours, %{name} without a letter: a column of that name.
#ifndef WEBLOG_DIRECTIVE_H
#define WEBLOG_DIRECTIVE_H

#include "weblog_format.h"

struct weblog_directive {
    int32_t field;     // index in the format; for %% none (-1) and the literal is given
    bool is_bracketed; // %t stands for [time]
    char literal;
};

// True when the text at `p` begins a directive.
bool weblog_directive_begins(const char *p, const char *end);
// Reads the directive at *p, adds its field to the format and moves *p behind it. On failure
// fault->text tells why.
bool weblog_directive_parse(const char **p, const char *end, struct weblog_format *f,
                            struct weblog_directive *out, struct weblog_fault *fault);

// Whether a field is one of %^: text that is skipped.
bool weblog_directive_is_caret(const struct weblog_format *f, int32_t field);

#endif
