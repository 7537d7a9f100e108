// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A source turns bytes the host hands it into Arrow batches.
//
// Order of calls: create -> discover -> bind -> plan -> open (many, in any thread) -> destroy.
// discover runs once a run; its state travels to every split, so that all splits agree. Instances
// of other processes skip discover and get the state by bind. destroy may follow any call.
#ifndef PORTRAIT_SOURCE_H
#define PORTRAIT_SOURCE_H

#include <portrait/abi.h>
#include <portrait/arrow.h>
#include <portrait/host.h>

PT_EXTERN_C_BEGIN

#define PT_STATE_MAX (1u << 20)  // bytes of discovery state
#define PT_SPLIT_MAX (64u << 10) // bytes of one split's description

// What discover reports, each once but for notes; every text and byte is copied by the host during
// the call.
typedef struct pt_discovery {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    // The full schema: a struct ("+s") whose children are the columns, at least one, with names
    // that are unique, UTF-8 and of at most 1,024 bytes. Moved: the host releases it, also when it
    // refuses it. Must be called.
    // Formats: b c s i l f g u U tdD tsm tsu (with or without zone), dictionary of u by codes
    // c s i C S I.
    pt_status (*schema)(void *ctx, struct ArrowSchema *schema, pt_error *err);
    // The column that is the event's time unless the pipeline says otherwise; not called = none.
    pt_status (*time_column)(void *ctx, const char *name, pt_error *err);
    // Opaque bytes that bind() gets back: dialect, header, types. At most PT_STATE_MAX; not called
    // = none. Begin them with a version of your own: they may outlive the process.
    pt_status (*state)(void *ctx, pt_bytes state, pt_error *err);
    // A line for the user about what was found ("delimiter `;`, column 3 is date d/m/Y").
    void (*note)(void *ctx, const char *text);
} pt_discovery;

// The columns the run needs, by name, in the order every batch must have them. May be none: then
// rows are counted.
typedef struct pt_column_list {
    uint32_t struct_size;
    uint32_t n;
    const char *const *names;
} pt_column_list;

// One independent piece of the source: openable in any thread, process or machine.
typedef struct pt_split {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id;     // unique in the plan, stable over runs on the same files
    pt_bytes data;      // opaque to the host; at most PT_SPLIT_MAX
    const char *file;   // where it comes from, for messages; NULL when not a file
    uint64_t est_rows;  // 0 = unknown
    uint64_t est_bytes; // 0 = unknown
} pt_split;

typedef struct pt_plan_request {
    uint32_t struct_size;
    uint32_t n_hint;       // readers that will work at once
    uint64_t target_bytes; // a split's wanted size (a wish); smaller files stay whole
    void *ctx;
    // Called once a split, in order: line numbers and `row` count on over splits of one file and
    // over files in this order. Copied during the call.
    pt_status (*emit)(void *ctx, const pt_split *split, pt_error *err);
} pt_plan_request;

// A record that could not be read. Lines count from the split's start, from 0; offsets from the
// file's.
typedef struct pt_reject {
    uint32_t struct_size;
    uint32_t column;         // 1-based field the reason is about; 0 = the record
    uint64_t offset;         // bytes from the file's (decompressed) start
    uint64_t line;           // line within the split; where there are none, the record's number
    const char *column_name; // or NULL
    const char *reason;      // one short phrase, the same for the same kind of fault
    pt_bytes excerpt;        // the record's bytes; the host cuts and escapes them
} pt_reject;

// Services of one open split. Valid until the stream is released.
typedef struct pt_split_run {
    uint32_t struct_size;
    uint32_t batch_rows; // wanted rows a batch
    uint64_t max_record; // bytes; a longer record is rejected
    void *ctx;
    // The record is kept in quarantine and counted; it gives no row. Values of columns that are not
    // bound need not be looked at, so a run that asks for fewer columns may reject fewer records;
    // what makes a record a record (its ends, its separators, its encoding) is always checked.
    // [the reader's thread]
    pt_status (*reject)(void *ctx, const pt_reject *reject, pt_error *err);
    // Once, at the end of the split, before get_next tells the end: good and rejected records
    // seen, and physical lines passed. Records must be rows given plus rejects.
    // [the reader's thread]
    pt_status (*counted)(void *ctx, uint64_t records, uint64_t lines, pt_error *err);
    // For host calls inside get_next, which has no error slot of its own: what is stored here is
    // added to the text of get_last_error. May be NULL, as any error slot.
    pt_error *err;
} pt_split_run;

// Callbacks of a source. `self` is what create() made.
typedef struct pt_source_vtable {
    uint32_t struct_size;
    uint32_t reserved;
    // `config` is the filled struct of the option rows; it and `host` outlive the instance.
    // Allocates only: no input, no network. [main]
    pt_status (*create)(const pt_host *host, const void *config, void **self, pt_error *err);
    // Accepts NULL. All streams have been released before. [main]
    void (*destroy)(void *self);
    // Reads headers and samples only, never whole files; at most once. [main]
    pt_status (*discover)(void *self, const pt_discovery *out, pt_error *err);
    // `state` as discover gave it, maybe in another process. May come again with other columns
    // when no stream is open. PT_E_NOT_FOUND for an unknown column. [main]
    pt_status (*bind)(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err);
    // Emits the splits of all files, in file order. [main]
    pt_status (*plan)(void *self, const pt_plan_request *request, pt_error *err);
    // A stream of the bound columns; `run` lives until it is released, `split` until open returns.
    // Several splits are open at once, each read by one thread at a time. get_next's non-zero
    // return is a pt_status; its text comes from get_last_error, which may be NULL. Batches may
    // have any number of rows, also 0, and may outlive their stream. Release may come at any time,
    // also before the end. [worker]
    pt_status (*open)(void *self, const pt_split *split, const pt_split_run *run,
                      struct ArrowArrayStream *out, pt_error *err);
} pt_source_vtable;

PT_EXTERN_C_END

#endif
