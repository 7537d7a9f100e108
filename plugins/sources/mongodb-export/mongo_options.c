// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_config.h"

#include <stddef.h>

static const pt_option member_row = {.struct_size = sizeof(pt_option),
                                     .type = PT_OPT_STRING,
                                     .flags = PT_OPTF_AFFECTS_RESULT,
                                     .name = "member",
                                     .help = "Names joined by dots; a number takes that element of "
                                             "an array; \\. is a dot inside a name.",
                                     .example = "properties.items.0.sku"};
static const pt_option *const member_rows[] = {&member_row};

static const char *const type_choices[] = {"string", "i64", "f64", "bool", "time", "date", "json"};

static const pt_option type_row = {.struct_size = sizeof(pt_option),
                                   .type = PT_OPT_ENUM,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "type",
                                   .help = "What the column holds.",
                                   .choices = type_choices,
                                   .n_choices = 7,
                                   .example = "f64"};
static const pt_option *const type_rows[] = {&type_row};

static const char *const format_choices[] = {"auto", "jsonl", "array", "pretty", "bson", "archive"};
static const char *const mismatch_choices[] = {"reject", "null"};

static const pt_option path_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_INPUT,
                                      .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct mongo_config, path),
                                      .name = "path",
                                      .help =
                                          "Files written by mongoexport or mongodump: a path or "
                                          "a glob; .gz and .zst are unpacked.",
                                      .example = "export/events*.jsonl"};

static const pt_option fields_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct mongo_config, fields),
    .name = "fields",
    .help = "Columns and the paths of their values in a document; without it, every path of the "
            "sample becomes a column.",
    .n_fields = 1,
    .fields = member_rows,
    .elem_size = sizeof(const char *),
    .example = "{ts: ts, customer: customer_id, sku: properties.sku}"};

static const pt_option types_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct mongo_config, types),
    .name = "types",
    .help = "Types of columns; of the others they are told from the sample.",
    .n_fields = 1,
    .fields = type_rows,
    .elem_size = sizeof(int32_t),
    .example = "{ts: time, price: f64}"};

static const pt_option format_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct mongo_config, format),
    .name = "format",
    .help = "How documents lie in the files: one a line, one array, one behind the other over "
            "several lines (mongoexport --pretty), or BSON or an archive of mongodump; auto looks "
            "at the first bytes.",
    .default_text = "auto",
    .choices = format_choices,
    .n_choices = 6,
    .example = "array"};

static const pt_option collection_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct mongo_config, collection),
    .name = "collection",
    .help = "What to read of a mongodump archive, as database.collection; without it, the only one "
            "there is besides those of the databases admin, config and local.",
    .example = "shop.events"};

static const pt_option sample_option = {.struct_size = sizeof(pt_option),
                                        .type = PT_OPT_I64,
                                        .flags = PT_OPTF_AFFECTS_RESULT,
                                        .offset = offsetof(struct mongo_config, sample),
                                        .name = "sample",
                                        .help =
                                            "Documents from the start of the files that columns "
                                            "and types are told from.",
                                        .unit = "documents",
                                        .default_text = "1000",
                                        .i_min = 1,
                                        .i_max = 1000000,
                                        .example = "10000"};

static const pt_option mismatch_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct mongo_config, on_mismatch),
    .name = "on_mismatch",
    .help = "What a value does that its column cannot hold: its document is rejected, or the value "
            "is NULL.",
    .default_text = "reject",
    .choices = mismatch_choices,
    .n_choices = 2,
    .example = "null"};

const pt_option *const mongo_options[MONGO_N_OPTIONS] = {
    &path_option,       &fields_option, &types_option,   &format_option,
    &collection_option, &sample_option, &mismatch_option};
