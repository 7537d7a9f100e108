// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the two halves of the reference share: who is who, and whose row is whose.
#ifndef TEST_PROFILE_REFERENCE_STATE_H
#define TEST_PROFILE_REFERENCE_STATE_H

#include "reference.h"

#define MOST 4096

struct node {
    int namespace_;
    const char *text;
    int component; // index of its smallest node
    bool is_named; // names a profile of the table
};

struct edge {
    int a;
    int b;
};

struct owned {
    const struct reference_row *row;
    int source;
    int profile; // component
    bool is_own;
};

struct state {
    const struct reference *r;
    struct node nodes[MOST];
    int n_nodes;
    struct edge edges[MOST];
    int n_edges;
    int refused;
    struct owned owned[MOST];
    int n_owned;
};

// Whether a row is untimed or before the cut-off.
static inline bool counts(const struct reference *r, const struct reference_row *row)
{
    return row->at == REFERENCE_UNTIMED || row->at < r->cutoff;
}

void reference_print_feature(const struct state *s, const struct reference_feature *f, int profile,
                             FILE *out);

#endif
