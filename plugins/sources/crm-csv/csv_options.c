// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "csv_config.h"

static const pt_option type_row = {.struct_size = sizeof(pt_option),
                                   .type = PT_OPT_STRING,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "type",
                                   .help =
                                       "string, i64, f64, bool, date or time; date and time may "
                                       "have a pattern behind them.",
                                   .example = "date %d/%m/%Y"};
static const pt_option *const type_rows[] = {&type_row};

static const pt_option name_row = {.struct_size = sizeof(pt_option),
                                   .type = PT_OPT_STRING,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "name",
                                   .help = "Name of a column.",
                                   .example = "email"};
static const pt_option *const name_rows[] = {&name_row};

static const pt_option null_row = {.struct_size = sizeof(pt_option),
                                   .type = PT_OPT_STRING,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "spelling",
                                   .help = "Text of a cell that means NULL.",
                                   .example = "N/A"};
static const pt_option *const null_rows[] = {&null_row};

static const char *const header_choices[] = {"auto", "yes", "no"};
static const char *const encoding_choices[] = {"auto", "utf-8", "gb18030", "utf-16le", "utf-16be"};
static const char *const decimal_choices[] = {".", ","};
static const char *const thousands_choices[] = {"none", ",", ".", " ", "'", "_"};
static const char *const ragged_choices[] = {"reject", "fill"};
static const char *const mismatch_choices[] = {"reject", "null"};
const char csv_thousands[] = {0, ',', '.', ' ', '\'', '_'};

static const pt_option path_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_INPUT,
                                      .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct csv_config, path),
                                      .name = "path",
                                      .help =
                                          "CSV files of the same columns: a path or a glob; .gz "
                                          "and .zst are unpacked.",
                                      .example = "crm/customers-*.csv"};

static const pt_option delimiter_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, delimiter),
    .name = "delimiter",
    .help = "What stands between fields: one character, or tab; auto looks for , ; tab and |.",
    .default_text = "auto",
    .example = ";"};

static const pt_option quote_option = {.struct_size = sizeof(pt_option),
                                       .type = PT_OPT_STRING,
                                       .flags = PT_OPTF_AFFECTS_RESULT,
                                       .offset = offsetof(struct csv_config, quote),
                                       .name = "quote",
                                       .help =
                                           "What stands around a field that holds delimiters or "
                                           "line ends: one character, or none.",
                                       .default_text = "\"",
                                       .example = "'"};

static const pt_option escape_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, escape),
    .name = "escape",
    .help = "What makes the next character of a quoted field plain, besides a doubled quote: one "
            "character, or none; auto takes a backslash where the file does not read without.",
    .default_text = "auto",
    .example = "\\"};

static const pt_option header_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, header),
    .name = "header",
    .help = "Whether the first record names the columns; auto: yes when none of its cells is a "
            "number, a date or a truth value, no when `names` is given.",
    .default_text = "auto",
    .choices = header_choices,
    .n_choices = 3,
    .example = "yes"};

static const pt_option encoding_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, encoding),
    .name = "encoding",
    .help = "How characters are written; auto tells UTF-8, GB18030 (which holds GBK) and UTF-16 "
            "apart by the start of the file.",
    .default_text = "auto",
    .choices = encoding_choices,
    .n_choices = 5,
    .example = "gb18030"};

static const pt_option columns_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, columns),
    .name = "columns",
    .help = "Column name -> type: string, i64, f64, bool, date, time, or date and time with a "
            "pattern (time %d.%m.%Y %H:%M).",
    .n_fields = 1,
    .fields = type_rows,
    .elem_size = sizeof(const char *),
    .example = "{phone: string, birth_date: date %d/%m/%Y}"};

static const pt_option infer_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_BOOL,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, infer),
    .name = "infer",
    .help = "Takes types of other columns from the first records; false: they are strings.",
    .default_text = "true",
    .example = "false"};

static const pt_option names_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, names),
    .name = "names",
    .help = "Column names of files without a header, or instead of it with header: yes.",
    .n_fields = 1,
    .fields = name_rows,
    .elem_size = sizeof(const char *),
    .example = "[id, email, city]"};

static const pt_option decimal_option = {.struct_size = sizeof(pt_option),
                                         .type = PT_OPT_ENUM,
                                         .flags = PT_OPTF_AFFECTS_RESULT,
                                         .offset = offsetof(struct csv_config, decimal),
                                         .name = "decimal",
                                         .help = "Decimal mark of numbers.",
                                         .default_text = ".",
                                         .choices = decimal_choices,
                                         .n_choices = 2,
                                         .example = ","};

static const pt_option thousands_option = {.struct_size = sizeof(pt_option),
                                           .type = PT_OPT_ENUM,
                                           .flags = PT_OPTF_AFFECTS_RESULT,
                                           .offset = offsetof(struct csv_config, thousands),
                                           .name = "thousands",
                                           .help = "Mark between groups of three digits.",
                                           .default_text = "none",
                                           .choices = thousands_choices,
                                           .n_choices = 6,
                                           .example = "."};

static const pt_option nulls_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, nulls),
    .name = "nulls",
    .help = "Spellings of NULL, of cells without quotes; none given: the empty cell, NULL, null, "
            "\\N, N/A, n/a, NA, #N/A.",
    .n_fields = 1,
    .fields = null_rows,
    .elem_size = sizeof(const char *),
    .example = "[\"\", \"-\", unknown]"};

static const pt_option trim_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_BOOL,
                                      .flags = PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct csv_config, trim),
                                      .name = "trim",
                                      .help = "Drops blanks and tabs around cells without quotes, "
                                              "and around quotes.",
                                      .default_text = "true",
                                      .example = "false"};

static const pt_option ragged_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, ragged),
    .name = "ragged",
    .help = "Records with too few or too many fields: reject, or fill (missing cells are NULL, "
            "cells too many are dropped). Empty cells too many are always fine.",
    .default_text = "reject",
    .choices = ragged_choices,
    .n_choices = 2,
    .example = "fill"};

static const pt_option comment_option = {.struct_size = sizeof(pt_option),
                                         .type = PT_OPT_STRING,
                                         .flags = PT_OPTF_AFFECTS_RESULT,
                                         .offset = offsetof(struct csv_config, comment),
                                         .name = "comment",
                                         .help = "Lines that begin with this character are left "
                                                 "out: one character, or none.",
                                         .default_text = "none",
                                         .example = "#"};

static const pt_option skip_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_I64,
                                      .flags = PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct csv_config, skip),
                                      .name = "skip",
                                      .help = "Lines left out at the start of every file.",
                                      .unit = "lines",
                                      .default_text = "0",
                                      .i_min = 0,
                                      .i_max = 1000,
                                      .example = "2"};

static const pt_option sample_option = {.struct_size = sizeof(pt_option),
                                        .type = PT_OPT_I64,
                                        .flags = PT_OPTF_AFFECTS_RESULT,
                                        .offset = offsetof(struct csv_config, sample),
                                        .name = "sample",
                                        .help = "Records that types are taken from.",
                                        .unit = "records",
                                        .default_text = "10000",
                                        .i_min = 1,
                                        .i_max = 1000000,
                                        .example = "100000"};

static const pt_option mismatch_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct csv_config, on_mismatch),
    .name = "on_mismatch",
    .help = "A cell that is not of its column's type: reject the record, or read it as NULL.",
    .default_text = "reject",
    .choices = mismatch_choices,
    .n_choices = 2,
    .example = "null"};

const pt_option *const csv_options[CSV_N_OPTIONS] = {
    &path_option,      &delimiter_option, &quote_option,   &escape_option, &header_option,
    &encoding_option,  &columns_option,   &infer_option,   &names_option,  &decimal_option,
    &thousands_option, &nulls_option,     &trim_option,    &ragged_option, &comment_option,
    &skip_option,      &sample_option,    &mismatch_option};
