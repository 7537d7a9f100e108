// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Audiences: which rows of a profile table a campaign may reach, in which order, and who is held
// out. The gates stand in one fixed order: where, consent, suppression, order and limit, hold-out.
// docs/campaigns.md says what each one means.
#ifndef PORTRAIT_CAMPAIGN_AUDIENCE_H
#define PORTRAIT_CAMPAIGN_AUDIENCE_H

#include "expr.h"
#include "suppression.h"
#include "table.h"

// One sort key: any type but never a condition on the order of rows. NULL (and NaN) comes last
// whatever the direction.
struct audience_order {
    const struct expr *key;
    bool is_descending;
};

// One column (str or i64) looked up in one suppression list. With `starts` the values
// values[starts[row] .. starts[row + 1]) are looked up instead: every identifier of a person.
struct audience_suppress {
    const struct suppression *list;
    size_t namespace_;    // index as given to suppression_read
    size_t column;        // of the table; unused with `starts`
    const size_t *starts; // n_rows + 1, or NULL
    const struct text *values;
};

enum audience_limit { AUDIENCE_NO_LIMIT, AUDIENCE_LIMIT_COUNT, AUDIENCE_LIMIT_PERCENT };

// {0} plus profile column selects everybody. All pointers are borrowed.
struct audience_spec {
    const char *name;
    const char *pipeline;
    size_t profile;           // table column (str) with the profile's name
    const struct expr *where; // a condition, or NULL; NULL values are not selected
    const size_t *consent;    // table columns (bool, i64 or f64); each must be exactly 1:
    size_t n_consent;         // NULL is unknown, and unknown is denied
    const struct audience_suppress *suppress;
    size_t n_suppress;
    const struct audience_order *order; // ties, and everything without keys: by profile name
    size_t n_order;
    enum audience_limit limit;
    double limit_value; // rows, or percent of those left, floored
    double hold_out;    // share 0..1 of those left
    const char *salt;   // NULL = "<pipeline>/<name>"
};

// Where the people went: population = no_match + no_consent + suppressed + eligible, and
// eligible = over_limit + held_out + selected.
struct audience_counts {
    uint64_t population;
    uint64_t no_match;
    uint64_t no_consent;
    uint64_t suppressed;
    uint64_t eligible;
    uint64_t over_limit;
    uint64_t held_out;
    uint64_t selected;
};

struct audience {
    size_t *rows; // table rows to deliver, in the final order
    size_t n_rows;
    size_t *controls; // table rows held out, in the same order
    size_t n_controls;
    struct audience_counts counts;
};

// The people to choose from: their table, and for each name of the scope the expressions were
// compiled in the values of all its rows.
struct audience_people {
    const struct table *table;
    const struct vec *inputs;
    size_t n_inputs;
};

// PT_E_INVALID when a column or an expression has a type that cannot serve. Pure: same people, same
// audience.
pt_status audience_select(const struct audience_spec *spec, const struct audience_people *people,
                          struct audience *out, struct pt_error *err);
void audience_release(struct audience *a);

// One part of an order text such as "intent.p DESC, lower(city)": the expression's text without
// its direction, borrowed, and the byte offset where it starts.
struct audience_order_part {
    struct text expr;
    size_t offset;
    bool is_descending;
};

// Splits at commas outside brackets and quotes; ASC or DESC (any case) ends a part. Parts live in
// `arena`. PT_E_CONFIG (err->column set) for an empty part.
pt_status audience_order_split(struct arena *arena, struct text source,
                               struct audience_order_part **out, size_t *n, struct pt_error *err);

// Is the profile held out? u = first 8 bytes (big-endian) of HMAC-SHA256(salt, profile) / 2^64,
// held out when u < share.
pt_status audience_is_control(const char *salt, struct text profile, double share, bool *out,
                              struct pt_error *err);

#endif
