// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// From the `format` option and a sample of lines to a compiled format.
#ifndef WEBLOG_DETECT_H
#define WEBLOG_DETECT_H

#include "weblog_row.h"

#define WEBLOG_SAMPLE_LINES 512u

struct weblog_sample {
    uint32_t n;
    struct weblog_bytes line[WEBLOG_SAMPLE_LINES]; // without line ends, not empty
    bool file_begins[WEBLOG_SAMPLE_LINES];         // first line of its file
};

// Members a JSON line's columns come from, as the option `fields` says.
struct weblog_mapping {
    const char *const *columns;
    const char *const *members;
    uint32_t n;
};

struct weblog_wish {
    const char *format;
    int32_t prefix; // enum weblog_prefix, -1 = find out
    bool allow_missing;
    int32_t offset_s;
    struct weblog_mapping mapping;
};

// What was found: the name to tell the user, and how many lines of the sample it reads.
struct weblog_found {
    char name[512]; // a preset, or the format text
    uint32_t n_good;
    uint32_t n_lines; // without # lines
};

// True when the text of the option `format` can be used as far as can be told without data.
bool weblog_detect_check(const char *format, bool allow_missing, struct weblog_fault *fault);
// False: no format reads the sample, or the wish cannot be met; see fault.
bool weblog_detect(const struct weblog_wish *wish, const struct weblog_sample *sample,
                   struct weblog_format *out, struct weblog_found *found,
                   struct weblog_fault *fault);

#endif
