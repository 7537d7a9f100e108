// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One document: checked as a whole, with the values at the asked paths kept as spans of its bytes.
// A path that is met twice makes the document bad (a key appears twice); keys nobody asks for may
// repeat.
#ifndef MONGO_DOC_H
#define MONGO_DOC_H

#include "mongo_path.h"

#define MONGO_KEY_MAX 1024u

struct mongo_doc {
    const struct mongo_paths *paths;
    const pt_host *host;
    struct mongo_raw *slots; // by slot; ABSENT = not in the document
    uint64_t *seen;          // by node: number of the last document it was in
    uint64_t number;
    uint32_t fault_slot; // MONGO_NONE = the fault is not about one asked value
    struct mongo_scan scan;
};

// PT_E_NO_MEMORY or PT_OK. `paths` must outlive it.
pt_status mongo_doc_init(struct mongo_doc *d, const pt_host *host, const struct mongo_paths *paths);
// Accepts a zeroed one.
void mongo_doc_release(struct mongo_doc *d);
// Reads the document that fills p..end but for blanks. NULL = good, else what is wrong. Spans
// point into the bytes.
const char *mongo_doc_read(struct mongo_doc *d, const uint8_t *p, const uint8_t *end);

#endif
