// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plugin's options as the host fills them in; rows in csv_options.c.
#ifndef CSV_CONFIG_H
#define CSV_CONFIG_H

#include <stdbool.h>

#include <portrait/host.h>
#include <portrait/option.h>

enum csv_wish_header { CSV_HEADER_AUTO, CSV_HEADER_YES, CSV_HEADER_NO };

enum csv_wish_encoding {
    CSV_ENCODING_AUTO,
    CSV_ENCODING_UTF8,
    CSV_ENCODING_GB18030,
    CSV_ENCODING_UTF16LE,
    CSV_ENCODING_UTF16BE
};

enum csv_wish_ragged { CSV_RAGGED_REJECT, CSV_RAGGED_FILL };

enum csv_wish_mismatch { CSV_MISMATCH_REJECT, CSV_MISMATCH_NULL };

struct csv_config {
    pt_input *path;
    const char *delimiter;
    const char *quote;
    const char *escape;
    int32_t header;   // enum csv_wish_header
    int32_t encoding; // enum csv_wish_encoding
    pt_map columns;   // name -> const char *type
    uint8_t infer;
    pt_list names;     // const char *
    int32_t decimal;   // 0 = point, 1 = comma
    int32_t thousands; // index into csv_thousands
    pt_list nulls;     // const char *; none = the usual spellings
    uint8_t trim;
    int32_t ragged; // enum csv_wish_ragged
    const char *comment;
    int64_t skip;
    int64_t sample;
    int32_t on_mismatch; // enum csv_wish_mismatch
};

#define CSV_N_OPTIONS 18u
extern const pt_option *const csv_options[CSV_N_OPTIONS];
extern const char csv_thousands[]; // the byte of each choice, 0 = none

// The character an option names: one ASCII character, or a word (tab, none, auto). False when it is
// neither. *out is 0 for none, CSV_CHAR_AUTO for auto.
#define CSV_CHAR_AUTO 0xff
bool csv_config_char(const char *text, uint8_t *out);
// Rules one row cannot tell.
pt_status csv_config_check(const pt_host *host, const struct csv_config *config, pt_error *err);

#endif
