// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Profiles: rows in, people out. While sources stream, each row becomes a fixed-width record in the
// spool; when all have ended, identifiers resolve to people and one loop a person computes every
// feature. docs/identity.md says what the rules mean.
//
// Use: profile_new -> readers of all splits, in any threads -> profile_close -> profile_cut for
// each cut-off -> profile_free.
#ifndef PORTRAIT_PROFILE_PROFILE_H
#define PORTRAIT_PROFILE_PROFILE_H

#include "expr.h"
#include "pool.h"
#include "table.h"

enum namespace_class { NAMESPACE_PERSON, NAMESPACE_CONTACT, NAMESPACE_DEVICE };

struct profile_namespace {
    const char *name;
    enum namespace_class class_;
    int32_t known_in;             // source whose rows make a value known; -1 = every value is
    const struct expr *normalize; // over one name of type str; NULL = as it is
    const char *const *reject;    // values that never link, after normalising; NULL = built-in list
    size_t n_reject;
    bool has_reject;
};

// An identifier a source's rows carry; order is precedence for owning the row.
struct profile_id {
    uint32_t namespace_;
    const struct expr *value; // str or i64, over the source's names
    bool is_row;              // value is the row number: `row`, never rejected
};

// Names of a source's expressions: the bound columns, then `row` (i64), then `as_of` (time).
struct profile_source {
    const char *name;
    size_t n_names;           // columns + 2
    int32_t time;             // index of the time column; -1 = untimed
    const struct expr *where; // NULL = all; rows left out are `filtered`
    const struct profile_id *ids;
    size_t n_ids;
};

enum aggregate {
    AGGREGATE_COUNT, // rows, or the values that are there
    AGGREGATE_SUM,   // 0 of nothing; exact for i64, NULL beyond it
    AGGREGATE_MEAN,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_STDDEV, // sample standard deviation (n - 1); NULL below two values
    AGGREGATE_FIRST,  // of the values that are there; ties by file order
    AGGREGATE_LAST,
    AGGREGATE_OWN,        // of the first row in the file that goes by the profile's name
    AGGREGATE_DISTINCT,   // exact
    AGGREGATE_TOP,        // most frequent; ties: smallest
    AGGREGATE_SHARE,      // rows where value is true : rows where it is not NULL
    AGGREGATE_EXISTS,     // 1 / 0
    AGGREGATE_DAYS_SINCE, // last (or first) row, fractional days before the cut-off
    AGGREGATE_SESSIONS,
    AGGREGATE_GAP_MEAN, // mean days between rows in time order
};

// One source of rows for a feature; where is the whole chain of its event and the feature's own.
struct profile_from {
    uint32_t source;
    const struct expr *const *where; // all must be true
    size_t n_where;
    const struct expr *value; // of the aggregate; NULL when it takes none
};

struct profile_feature {
    const char *name;
    enum aggregate aggregate;
    const struct profile_from *from;
    size_t n_from;
    bool is_label;     // window [cut + gap, cut + gap + after) instead of [cut - within, cut)
    int64_t within_us; // -1 = any age
    int64_t after_us;
    int64_t gap_us;
    int64_t session_us;
    bool since_first; // DAYS_SINCE: the first row instead of the last
    bool has_default; // replaces NULL
    double default_number;
    const char *default_text; // for text results
    enum vec_type type;       // of the result: see profile_feature_type
};

enum shared_device { SHARED_MAJORITY, SHARED_ANONYMOUS };

struct profile_spec {
    const struct profile_source *sources;
    size_t n_sources;
    const struct profile_namespace *namespaces;
    size_t n_namespaces;
    const struct profile_feature *features;
    size_t n_features;
    const int64_t *cutoffs_us; // ascending; INT64_MAX = no cut-off (nothing is too late)
    size_t n_cutoffs;
    uint32_t population; // 1 + index of a bool feature that must be true for a profile to be in the
                         // table (NULL = not); 0 = everybody
    uint32_t ids_per_profile; // person and contact identifiers; 0 = no limit
    enum shared_device shared_device;
    uint64_t memory_bytes; // budget of all that grows; beyond it, temp files in temp_dir
    const char *temp_dir;
    struct pool *pool; // for resolve and aggregate; never changes results
};

// Result type of an aggregate over values of `value` type, or an error with what it takes.
pt_status profile_feature_type(enum aggregate aggregate, bool has_value, enum vec_type value,
                               enum vec_type *out, struct pt_error *err);

struct profile;
struct profile_reader;

// The spec and all it points to must outlive the profile.
pt_status profile_new(const struct profile_spec *spec, struct profile **out, struct pt_error *err);

// One reader a split; `ordinal` orders the splits of a source (file order). Readers of different
// splits may work at once.
pt_status profile_reader_open(struct profile *p, uint32_t source, uint32_t ordinal,
                              struct profile_reader **out, struct pt_error *err);
// Rows of the split in order. columns[i] as the source's names (row and as_of are added here);
// `first_row` is the source-wide number of the first of them.
pt_status profile_reader_add(struct profile_reader *r, const struct vec *columns, size_t n_rows,
                             uint64_t first_row, struct pt_error *err);
pt_status profile_reader_close(struct profile_reader *r, struct pt_error *err); // frees
// Frees; NULL is fine. What was added has been counted: the profile can only be freed after it.
void profile_reader_abort(struct profile_reader *r);

struct profile_balance {
    uint64_t read; // rows that came here: used + filtered + unmatched + outside
    uint64_t used;
    uint64_t filtered;
    uint64_t unmatched;
    uint64_t outside;
};

// After all readers are closed: sorts identifiers, freezes the spool. After a failure the profile
// can only be freed.
pt_status profile_close(struct profile *p, struct pt_error *err);

// People of one cut-off.
struct profile_cut {
    size_t cutoff;           // index into the spec
    struct table table;      // column 0 `profile` (str), then the features in order
    uint64_t refused_links;  // edges refused by ids_per_profile
    uint64_t shared_devices; // devices that several persons used
    struct profile_people *people;
};

// Resolves identity and computes all features. May be called once for each cut-off, in order. The
// table's texts are its own; the rest of a cut is to be released before the profile.
pt_status profile_cut(struct profile *p, size_t cutoff, struct profile_cut *out,
                      struct pt_error *err);
void profile_cut_release(struct profile_cut *c);
// Adds a str column with each profile's identifier of a namespace: the own row's value, else the
// smallest; NULL when it has none.
pt_status profile_cut_add_ids(const struct profile *p, struct profile_cut *c, uint32_t namespace_,
                              const char *column, struct pt_error *err);

// Every identifier of a namespace of every profile: those of the profile in row i of the table are
// values[starts[i] .. starts[i + 1]), in byte order. Texts are borrowed from the profile.
struct profile_ids {
    size_t *starts; // n_rows + 1
    struct text *values;
};

pt_status profile_cut_all_ids(const struct profile *p, const struct profile_cut *c,
                              uint32_t namespace_, struct profile_ids *out, struct pt_error *err);
void profile_ids_release(struct profile_ids *ids); // {0} is fine
// Balance of a source; complete after every cut-off was computed.
struct profile_balance profile_balance_of(const struct profile *p, uint32_t source);

// Links of a cut-off for `why`: calls back for every kept link (person/contact edges and device
// ownership), in a fixed order. Texts are borrowed for the call.
struct profile_link {
    const char *namespace_a, *namespace_b;
    struct text a, b;
    uint64_t rows;      // rows the two met in
    const char *source; // of the first meeting
    uint64_t row;       // its row number
    bool is_refused;    // would have broken a limit
    bool is_device;     // b is the device, a its owner
};

typedef pt_status (*profile_link_fn)(void *arg, const struct profile_link *link,
                                     struct pt_error *err);
pt_status profile_links(const struct profile *p, const struct profile_cut *c, profile_link_fn fn,
                        void *arg, struct pt_error *err);

struct pool *profile_pool(const struct profile *p); // of its spec

// Bytes that went to temp files so far; rows twice when they were regrouped by profile.
struct profile_spill {
    uint64_t rows;
    uint64_t identifiers; // with their links, and texts of values
};

struct profile_spill profile_spill_of(const struct profile *p);
uint64_t profile_spilled_bytes(const struct profile *p); // both
void profile_free(struct profile *p);

#endif
