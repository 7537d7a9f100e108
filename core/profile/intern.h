// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Interning: distinct byte strings, each with a small code and optional payload. Many threads may
// intern at once: finding what is already there takes no lock, adding locks one shard of 64.
// Codes depend on arrival, so no result may depend on them.
#ifndef PORTRAIT_PROFILE_INTERN_H
#define PORTRAIT_PROFILE_INTERN_H

#include "store.h"
#include "text.h"

#define INTERN_FLAGGED ((uint32_t)1 << 31)
#define INTERN_ABSENT ((struct text){NULL, SIZE_MAX})

struct intern_entry {
    uint32_t code;        // from 1, nearly dense
    uint32_t size;        // bytes of the key; INTERN_FLAGGED when the check said so
    unsigned char data[]; // payload (zero at first), then the key
};

struct intern;

// Asked once a new key; a true answer sets the entry's flag.
typedef bool (*intern_check)(const void *arg, struct text key);

struct intern_options {
    struct store *store;  // where entries live, until it is freed
    struct store *finder; // where what only intern_many needs lives; NULL = with the entries
    size_t payload_bytes; // a multiple of 8
    intern_check check;   // NULL = no flags
    const void *check_arg;
};

pt_status intern_new(const struct intern_options *options, struct intern **out,
                     struct pt_error *err);
void intern_free(struct intern *t); // NULL is fine; before its store

// out[i] = entry of keys[i], NULL for INTERN_ABSENT keys. Entries stay where they are until free.
pt_status intern_many(struct intern *t, const struct text *keys, size_t n,
                      struct intern_entry **out, struct pt_error *err);

// The rest is for when no thread interns any more.
uint32_t intern_end(const struct intern *t);   // one more than the largest code
uint64_t intern_count(const struct intern *t); // distinct keys
// Entry of a code, or NULL: codes have holes.
struct intern_entry *intern_at(const struct intern *t, uint32_t code);
struct text intern_text(const struct intern *t, uint32_t code); // of a code that is there
struct text intern_key(const struct intern *t, const struct intern_entry *e);

static inline void *intern_payload(struct intern_entry *e)
{
    return e->data;
}

static inline bool intern_is_flagged(const struct intern_entry *e)
{
    return (e->size & INTERN_FLAGGED) != 0;
}

#endif
