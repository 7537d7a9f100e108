// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Option rows: a plugin's configuration as a table. From the same rows the host checks YAML,
// fills the plugin's own zeroed config struct, and prints help and JSON Schema.
#ifndef PORTRAIT_OPTION_H
#define PORTRAIT_OPTION_H

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

// Type of an option; in brackets what the host stores at `offset` of the config struct.
// Pointers stay valid and unchanged until the instance is destroyed; the host owns them. What is
// absent and has no default stays zero. Offsets are aligned for what is stored there, and no two
// rows overlap.
typedef int32_t pt_option_type;
#define PT_OPT_BOOL 1     // [uint8_t] 0 or 1
#define PT_OPT_I64 2      // [int64_t]
#define PT_OPT_F64 3      // [double] finite
#define PT_OPT_STRING 4   // [const char *] UTF-8, NULL when absent without default
#define PT_OPT_ENUM 5     // [int32_t] index into `choices`
#define PT_OPT_SIZE 6     // [int64_t] bytes; text like 64KiB, 1MB
#define PT_OPT_DURATION 7 // [int64_t] milliseconds; text like 30m, 7d, 500ms
#define PT_OPT_TIME 8     // [int64_t] microseconds since 1970 UTC; RFC 3339 text
#define PT_OPT_COLUMN 9   // [const char *] name of a column of the input or output table
#define PT_OPT_EXPR 10    // [const char *] expression text, checked by the host
#define PT_OPT_SECRET 11  // [uint32_t] handle for pt_host.secret_get; 0 = absent
#define PT_OPT_INPUT 12   // [pt_input *] the files a path or glob names; NULL = absent
#define PT_OPT_LIST 13    // [pt_list] of the rows' one element type (fields[0], offset 0)
#define PT_OPT_MAP 14     // [pt_map] key text -> fields[0] value (offset 0)
#define PT_OPT_OBJECT 15  // [nested struct, in place] described by `fields`

#define PT_OPTF_REQUIRED 1u       // absent = error
#define PT_OPTF_SECRET 2u         // STRING: filled from ${secret:...} only; prefer PT_OPT_SECRET
#define PT_OPTF_DEPRECATED 4u     // warn; `replaced_by` names the new one
#define PT_OPTF_AFFECTS_RESULT 8u // enters the fingerprint of a run

// `n` elements of `elem_size` bytes each, laid out as the element's option type says.
typedef struct pt_list {
    const void *items;
    uint32_t n;
    uint32_t elem_size;
} pt_list;

// `n` entries in the order written: keys[i] belongs to the i-th element of `values`.
typedef struct pt_map {
    const char *const *keys;
    const void *values;
    uint32_t n;
    uint32_t elem_size;
} pt_map;

// One row. Text fields are UTF-8 and live as long as the plugin is loaded. Offsets of nested rows
// count from the start of their element or object.
typedef struct pt_option {
    uint32_t struct_size;
    pt_option_type type;
    uint32_t flags;   // PT_OPTF_*
    uint32_t offset;  // into the config struct (or the element struct of a nested row)
    const char *name; // what YAML says: [a-z][a-z0-9_]*; of an element row: anything
    const char *help; // one sentence
    const char *unit; // NULL when the value has none
    // NULL = zero / absent. The value itself, unquoted; of a LIST or MAP in YAML flow style:
    // [a, "b, c"] or {key: value}. Not for SECRET, OBJECT or with PT_OPTF_REQUIRED.
    const char *default_text;
    int64_t i_min, i_max; // I64, SIZE, DURATION; both 0 = no bound, i_max 0 below i_min = at least
    double f_min, f_max;  // F64; likewise
    const char *const *choices; // ENUM: names
    uint32_t n_choices;
    uint32_t n_fields;
    const struct pt_option *const *fields; // LIST, MAP: one row (its element); OBJECT: its rows
    uint32_t elem_size;                    // LIST, MAP: bytes of one element
    uint32_t reserved;
    const char *pattern;     // STRING: POSIX extended regex the whole value must match, or NULL
    const char *example;     // a value for generated documentation, or NULL
    const char *since;       // plugin version that brought it, or NULL
    const char *replaced_by; // with PT_OPTF_DEPRECATED
} pt_option;

PT_EXTERN_C_END

#endif
