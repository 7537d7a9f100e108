// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Documents of what mongodump writes: BSON one behind the other, or an archive, in which the
// collections' documents come in blocks (https://github.com/mongodb/mongo-tools,
// common/archive/archive.go). Each is handed out as canonical Extended JSON. Behind a length that
// cannot be, nothing tells where the next document begins: the rest of the file is one bad record.
#ifndef MONGO_DUMP_H
#define MONGO_DUMP_H

#include "mongo_stream.h"
#include "mongo_text.h"

#define MONGO_ARCHIVE_MAGIC UINT32_C(0x8199e26d)
#define MONGO_NAME_MAX 320u // bytes of database, dot and collection, with the NUL

enum mongo_dump_place {
    MONGO_DUMP_PLAIN = 0, // BSON documents, up to the end
    MONGO_DUMP_BLOCK,     // of an archive: a block's head must follow
    MONGO_DUMP_INSIDE,    // a document of a block, or the block's end
    MONGO_DUMP_DONE,
};

struct mongo_dump {
    struct pt_window window;
    struct mongo_text json; // the last document, 64 zeros behind it
    uint64_t max_record;
    uint64_t end; // documents that begin at or behind it are not ours
    enum mongo_dump_place place;
    bool is_archive;
    bool is_ours;     // the block is of our collection
    bool has_ended;   // our collection's last block was seen
    uint64_t pending; // bytes of the last record, to pass at the next call
    uint64_t n_documents;
    uint64_t sum; // CRC-64 of our collection
    uint64_t sums[256];
    char name[MONGO_NAME_MAX]; // of our collection, "database.collection"
};

struct mongo_dump_options {
    const pt_input *input;
    // Of an archive: what to read; "" = its only collection, but for those of the databases admin,
    // config and local. NULL = no archive.
    const char *collection;
    uint64_t max_record;
};

// Opens a range that begins at a document, or a whole archive.
pt_status mongo_dump_open(struct mongo_dump *d, const pt_host *host,
                          const struct mongo_dump_options *options, const struct pt_range *range,
                          pt_error *err);
// Accepts a zeroed one.
void mongo_dump_close(struct mongo_dump *d);
// Lines of records count documents. The bytes of a good one are its Extended JSON.
pt_status mongo_dump_next(struct mongo_dump *d, struct mongo_record *out, pt_error *err);

// Emits splits of files of BSON documents, cut between documents.
pt_status mongo_dump_plan(const pt_host *host, const pt_input *input,
                          const pt_plan_request *request, pt_error *err);

#endif
