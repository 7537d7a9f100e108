// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a JSON value is in Extended JSON: v2 canonical and relaxed, and v1 strict
// (https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md).
// An object with a type wrapper's key must be exactly that wrapper; DBRefs and query operators are
// ordinary documents.
#ifndef MONGO_VALUE_H
#define MONGO_VALUE_H

#include "mongo_scan.h"

enum mongo_kind {
    MONGO_IS_NULL = 0,
    MONGO_IS_BOOL,    // integer = 0 or 1
    MONGO_IS_INT,     // integer; written as $numberInt
    MONGO_IS_LONG,    // integer; written as $numberLong
    MONGO_IS_WHOLE,   // integer; a plain JSON number
    MONGO_IS_DOUBLE,  // real; not finite only when written as $numberDouble
    MONGO_IS_TEXT,    // text
    MONGO_IS_OID,     // text: 24 hex digits
    MONGO_IS_DATE,    // integer: milliseconds since 1970 UTC
    MONGO_IS_DECIMAL, // text: as written, checked
    MONGO_IS_TIMESTAMP,
    MONGO_IS_UNDEFINED,
    MONGO_IS_BINARY,
    MONGO_IS_UUID,
    MONGO_IS_REGEX,
    MONGO_IS_CODE,
    MONGO_IS_SYMBOL,
    MONGO_IS_POINTER,
    MONGO_IS_MINKEY,
    MONGO_IS_MAXKEY,
    MONGO_IS_OBJECT, // an ordinary document
    MONGO_IS_ARRAY,
};

struct mongo_value {
    enum mongo_kind kind;
    int64_t integer; // TIMESTAMP: the seconds
    double real;
    struct mongo_raw text; // TEXT, OID, DECIMAL, CODE, SYMBOL, UUID; BINARY: base64; REGEX: pattern
    struct mongo_raw other; // BINARY: subtype; REGEX: options; CODE: scope or ABSENT; POINTER: id
    uint64_t increment;     // TIMESTAMP
};

// NULL and *out filled, else what is wrong ("bad $oid"). `raw` must have been scanned.
const char *mongo_value_read(const struct mongo_raw *raw, struct mongo_value *out);
// True when a document with this key (not the first one) cannot be an ordinary document.
bool mongo_value_is_wrapper_key(const uint8_t *key, uint64_t n);

// Members of a scanned object, one after the other.
struct mongo_member {
    struct mongo_raw key;
    struct mongo_raw value;
};

// *at = behind '{' before the first call; false at the end. `raw` is the object.
bool mongo_value_member(const struct mongo_raw *raw, const uint8_t **at, struct mongo_member *out);
// *at = behind '[' before the first call.
bool mongo_value_element(const struct mongo_raw *raw, const uint8_t **at, struct mongo_raw *out);

#endif
