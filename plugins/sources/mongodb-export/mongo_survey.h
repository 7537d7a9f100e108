// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The paths a sample of documents has, for a source whose fields are not named: scalars and arrays
// at the top and in nested documents, in the order they first appear. A document with many
// different keys is a map by data, not a record: one column of its Extended JSON.
#ifndef MONGO_SURVEY_H
#define MONGO_SURVEY_H

#include "mongo_text.h"
#include "mongo_value.h"

#define MONGO_MAP_KEYS 64u // a nested document with more different keys is one column

struct mongo_place_seen {
    uint64_t key;    // in survey.keys
    uint32_t n_key;  // its bytes
    uint32_t parent; // 0 = the document
    uint32_t first;  // child, 0 = none
    uint32_t last;   // child
    uint32_t next;   // sibling, 0 = none
    uint32_t n_children;
    bool has_value; // something else than a document, or an empty one, was here
    bool is_map;
};

struct mongo_survey {
    const pt_host *host;
    struct mongo_place_seen *places; // places[0] is the document
    uint64_t n;
    uint64_t capacity;
    struct mongo_text keys;
    struct mongo_text key; // scratch
};

pt_status mongo_survey_init(struct mongo_survey *s, const pt_host *host);
// Accepts a zeroed one.
void mongo_survey_release(struct mongo_survey *s);
// Takes a document that was read without fault.
pt_status mongo_survey_add(struct mongo_survey *s, const uint8_t *p, uint64_t n);

// The columns found: names and paths, each with its NUL, one column after the other in *out.
// Returns their number; `limit` + 1 when there are more. Failures show in out->failed.
uint32_t mongo_survey_columns(const struct mongo_survey *s, uint32_t limit, struct mongo_text *out);

#endif
