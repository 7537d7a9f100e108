// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The rules of identity and aggregates once more, as slow and simple as they can be written: lists
// searched from end to end, one profile and feature at a time. What the profile room is held to.
#ifndef TEST_PROFILE_REFERENCE_H
#define TEST_PROFILE_REFERENCE_H

#include <stdio.h>

#include "profile.h"

#define REFERENCE_IDS 3
#define REFERENCE_UNTIMED INT64_MIN

struct reference_row {
    const char *id[REFERENCE_IDS]; // as the source's identifiers; NULL = none
    int64_t at;                    // seconds
    const double *x;               // NULL = NULL, as all the others
    const char *word;
    const bool *ok;
    const int64_t *n;
    int64_t kind;
};

struct reference_source {
    int namespaces[REFERENCE_IDS];    // -1 = no more
    const struct reference_row *rows; // not filtered
    size_t n;
};

enum reference_value { REFERENCE_NONE, REFERENCE_X, REFERENCE_WORD, REFERENCE_OK, REFERENCE_N };

struct reference_feature {
    const char *name;
    enum aggregate aggregate;
    enum reference_value value;
    unsigned sources;   // a bit each
    int64_t least_kind; // rows of at least this kind
    bool is_label;
    int64_t within; // seconds; -1 = any age
    int64_t after;
    int64_t gap;
    int64_t session;
};

struct reference {
    const struct reference_source *sources;
    size_t n_sources;
    const enum namespace_class *classes;
    const char *const *namespaces;
    size_t n_namespaces;
    int known_namespace; // its values are known by rows of source 0; -1 = none
    const struct reference_feature *features;
    size_t n_features;
    size_t limit;
    bool drop_shared;
    int64_t cutoff;
};

// Prints the table of the cut-off as scenes do, and what was refused and shared.
void reference_print(const struct reference *r, FILE *out);

#endif
