// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Runs a built source plugin as a host would: fills its config from option rows, hands it real
// files, takes all splits through discover, bind, plan and open in several threads, checks every
// Arrow batch, and gives rows as text, rejects and counts.
//
//     struct harness *h = harness_new("weblog");
//     harness_file(h, "path", "access.log");  harness_set(h, "format", "combined");
//     struct harness_table t;
//     assert_int_equal(harness_read(h, &(struct harness_options){.threads = 2}, &t), PT_OK);
//     ... t.rows[0] ...; harness_table_release(&t);  harness_free(h);
#ifndef SOURCE_HARNESS_H
#define SOURCE_HARNESS_H

#include <portrait/plugin.h>
#include <portrait/source.h>

struct harness;

// Loads plugins/<name>.so of the build folder ($PORTRAIT_BUILD) and its component <name>. Config
// starts with the defaults of the option rows. Never NULL: a failure ends the process with a text.
struct harness *harness_new(const char *name);
void harness_free(struct harness *h);

// Options, by YAML name; dots go into objects. Wrong names or values end the process. Values as
// YAML would write them.
void harness_set(struct harness *h, const char *option, const char *value);
void harness_add(struct harness *h, const char *option, const char *item);               // LIST
void harness_put(struct harness *h, const char *option, const char *key, const char *v); // MAP
// Adds a file to an INPUT option: read from disk (`.gz` is unpacked, then it cannot be split), or
// given as bytes under a made-up name.
void harness_file(struct harness *h, const char *option, const char *path);
void harness_bytes(struct harness *h, const char *option, const char *name, const void *data,
                   uint64_t size);
// Cuts every read to at most this many bytes; 0 = no cut.
void harness_read_limit(struct harness *h, uint64_t bytes);

// Processor level the plugin is told, PT_CPU_*; 0 = a host that tells none. Without it, the
// machine's, which harness_cpu_best() gives.
void harness_cpu(struct harness *h, uint32_t level);
uint32_t harness_cpu_best(void);

// Memory of the plugin. After harness_fault(at), the at-th allocation from now fails, and all
// later ones when `forever`; 0 = never.
void harness_fault(struct harness *h, uint64_t at, uint8_t forever);
uint64_t harness_fault_calls(const struct harness *h); // allocations since harness_fault
int64_t harness_live_blocks(const struct harness *h);

struct harness_options {
    const char *const *columns; // NULL = every column of the schema
    uint32_t n_columns;
    uint32_t threads;      // 0 = 1
    uint64_t target_bytes; // 0 = whole files
    uint32_t batch_rows;   // 0 = 1000
    uint64_t max_record;   // 0 = 1 MiB
    uint8_t count_only;    // rows are checked and counted but not kept as text
};

struct harness_reject {
    char *file;
    char *reason;
    char *column_name; // or NULL
    char *excerpt;     // with \xHH for bytes that do not print
    uint64_t offset;
    uint64_t line; // 1-based, of the file
};

struct harness_table {
    char *schema;      // "ts tsu:UTC, ip u, user dict, ..." of the discovered columns
    char *time_column; // or NULL
    char *notes;       // one a line
    uint64_t n_rows;
    char **rows; // values joined by a tab (\t \n \r \\ escaped); NULL is \N, times RFC 3339
    uint64_t n_rejects;
    struct harness_reject *rejects; // in file order
    uint64_t records;
    uint64_t lines;
    uint32_t n_splits;
};

// create .. destroy over all splits. On failure *out is empty and harness_message() tells why.
pt_status harness_read(struct harness *h, const struct harness_options *options,
                       struct harness_table *out);
void harness_table_release(struct harness_table *t);
const char *harness_message(const struct harness *h); // of the last failure
const char *harness_option_at_fault(const struct harness *h);

// One value of a row (caller frees): field `column` counted from 0 in the bound columns.
char *harness_value(const struct harness_table *t, uint64_t row, uint32_t column);
// 1 when rows and rejects of both are the same; else prints the first difference.
int harness_equal(const struct harness_table *a, const struct harness_table *b);

#endif
