// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plugin's options as the host fills them in; rows in weblog_options.c.
#ifndef WEBLOG_CONFIG_H
#define WEBLOG_CONFIG_H

#include <portrait/host.h>
#include <portrait/option.h>

struct weblog_config {
    pt_input *path;
    const char *format;
    pt_map pages;  // name -> const char *template
    pt_list query; // const char *
    pt_list bots;  // const char *; none = the built-in list
    pt_map fields; // column -> const char *path in a JSON line
    int64_t skip_lines;
    int32_t prefix; // 0 = auto, else enum weblog_prefix + 1
    uint8_t allow_missing;
    const char *utc_offset;
    const char *date_format; // either given: `format` is a GoAccess log-format
    const char *time_format;
};

#define WEBLOG_N_OPTIONS 12u
extern const pt_option *const weblog_options[WEBLOG_N_OPTIONS];

#endif
