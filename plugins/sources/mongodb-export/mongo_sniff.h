// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a file is by its first bytes: how its documents lie, or what it is instead of Extended JSON.
#ifndef MONGO_SNIFF_H
#define MONGO_SNIFF_H

#include "mongo_config.h"
#include "mongo_scan.h"

#define MONGO_SNIFF_BYTES (64u << 10)

// What the head of a file tells. `n` bytes at p, 64 more readable ones behind; is_whole = the file
// has no more. AUTO = the file has no document, or *refusal tells what it is instead ("BSON ...").
enum mongo_layout mongo_sniff(const uint8_t *p, uint64_t n, bool is_whole, const char **refusal);
// "one document a line" ...
const char *mongo_sniff_name(enum mongo_layout layout);

#endif
