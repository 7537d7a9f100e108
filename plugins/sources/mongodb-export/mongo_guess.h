// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Documents repeat their keys: what lies between two values (brackets, keys, blanks) is guessed
// from documents that were read before, compared in one go, and only the values are scanned. Each
// is checked as the scanner does, so that a document guessed right is one the scanner takes, and
// its spans are the same. Whatever does not fit is left to the scanner.
//
// Known documents are a tree: a node is the bytes before a value and what kind it is; a path from
// the root to an END is one document's way of writing.
#ifndef MONGO_GUESS_H
#define MONGO_GUESS_H

#include "mongo_doc.h"

#define MONGO_GUESS_STEPS 255u // values of a document
#define MONGO_GUESS_LITERAL 64u
#define MONGO_GUESS_UNLIKE 64u

enum mongo_guess_kind {
    MONGO_GUESS_TEXT,   // a text follows; its quotes are in this literal and the next one
    MONGO_GUESS_SCALAR, // a number, true, false or null follows
    MONGO_GUESS_MORE,   // the literal goes on in the child
    MONGO_GUESS_END,    // of the document
};

struct mongo_guess_node {
    uint8_t literal[MONGO_GUESS_LITERAL];
    uint32_t n;     // bytes of it
    uint32_t child; // first child, 0 = none; END: the form
    uint32_t next;  // sibling, 0 = none
    enum mongo_guess_kind kind;
    uint32_t last;   // TEXT: bytes of the last one
    uint32_t unlike; // how often that was wrong, up to MONGO_GUESS_UNLIKE
};

// How a value is written, where that makes decoding simple.
enum mongo_guess_form {
    MONGO_FORM_ABSENT = 0,
    MONGO_FORM_TEXT,      // the text of `step`
    MONGO_FORM_SCALAR,    // number, true, false or null of `step`
    MONGO_FORM_DATE,      // {"$date":"..."} around the text of `step`
    MONGO_FORM_DATE_LONG, // {"$date":{"$numberLong":"..."}} likewise
    MONGO_FORM_OID,       // {"$oid":"..."}
    MONGO_FORM_INT,       // {"$numberInt":"..."}
    MONGO_FORM_LONG,      // {"$numberLong":"..."}
    MONGO_FORM_DOUBLE,    // {"$numberDouble":"..."}
    MONGO_FORM_SPAN,      // any other object or array
};

// Where a value begins and ends: bytes behind the starts of literals.
struct mongo_guess_place {
    enum mongo_guess_form form;
    enum mongo_token token; // SPAN
    uint16_t step;          // of the value; SPAN: of the literal it begins in
    uint16_t step_end;
    uint32_t begin;
    uint32_t end;
};

struct mongo_guess {
    const pt_host *host;
    const uint8_t *(*walk)(struct mongo_guess *g, const uint8_t *p, const uint8_t *end);
    struct mongo_guess_node *nodes; // nodes[0] stands before the first literal
    uint32_t n_nodes;
    uint32_t n_slots;
    struct mongo_guess_place *places; // of forms, n_slots each
    uint64_t places_capacity;
    uint32_t n_forms;
    bool is_full; // some document found no room
    uint64_t n_right;
    uint64_t n_wrong; // both since the tree was full
    // The last document guessed: its form, and of each step where its literal begins (that is where
    // the value before ends), and what the value is.
    uint32_t form;
    const uint8_t *at[MONGO_GUESS_STEPS + 1];
    uint8_t token[MONGO_GUESS_STEPS + 1];
    uint8_t is_escaped[MONGO_GUESS_STEPS + 1];
};

// PT_E_NO_MEMORY or PT_OK.
pt_status mongo_guess_init(struct mongo_guess *g, const pt_host *host, uint32_t n_slots);
// Accepts a zeroed one.
void mongo_guess_release(struct mongo_guess *g);
// Takes a document that `doc` has just read without fault from p..end, so that its like is guessed.
pt_status mongo_guess_learn(struct mongo_guess *g, const struct mongo_doc *doc, const uint8_t *p,
                            const uint8_t *end);

// The byte behind the document at p, NULL when the guess is wrong. Behind `end` are 64 zero bytes,
// or p begins a document that was checked and ends before it.
static inline const uint8_t *mongo_guess_read(struct mongo_guess *g, const uint8_t *p,
                                              const uint8_t *end)
{
    const uint8_t *behind = g->walk(g, p, end);
    g->n_right += behind != NULL ? 1 : 0;
    return behind;
}

// NULL when no column is asked for.
static inline const struct mongo_guess_place *mongo_guess_places(const struct mongo_guess *g)
{
    return g->places == NULL ? NULL : g->places + (uint64_t)g->form * g->n_slots;
}

// The text or scalar of a step.
static inline struct mongo_raw mongo_guess_value(const struct mongo_guess *g,
                                                 const struct mongo_guess_place *place)
{
    const uint8_t *p = g->at[place->step] + place->begin;
    return (struct mongo_raw){.p = p,
                              .n = (uint64_t)(g->at[place->step + 1] - p),
                              .token = (enum mongo_token)g->token[place->step],
                              .is_escaped = g->is_escaped[place->step] != 0};
}

// What mongo_doc_read would have put into the slot.
struct mongo_raw mongo_guess_raw(const struct mongo_guess *g,
                                 const struct mongo_guess_place *place);

// The walks, one a processor level.
const uint8_t *mongo_guess_walk_baseline(struct mongo_guess *g, const uint8_t *p,
                                         const uint8_t *end);
#if defined(__x86_64__)
const uint8_t *mongo_guess_walk_avx2(struct mongo_guess *g, const uint8_t *p, const uint8_t *end);
const uint8_t *mongo_guess_walk_avx512(struct mongo_guess *g, const uint8_t *p, const uint8_t *end);
#endif

#endif
