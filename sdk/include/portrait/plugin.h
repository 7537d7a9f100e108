// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plugin descriptor: the one thing a plugin exports.
//
//     PT_EXPORT const pt_plugin *portrait_plugin_v1(void);
//
// which PT_PLUGIN() below defines, together with a note that is read before the file is loaded. The
// major version is part of the symbol, so that one file can serve two majors, with a note of each.
// The descriptor and all it points to are constant and live as long as the plugin is loaded (for
// ever).
//
// Tags at the end of a callback's comment tell how it is called. [main]: from one thread, no other
// call of the instance runs. [instance]: from any thread, one call of the instance at a time.
// [worker]: from several threads at once, unless `threads` of the component says less. Slots of the
// host marked [any] may be called from any thread at any time.
#ifndef PORTRAIT_PLUGIN_H
#define PORTRAIT_PLUGIN_H

#include <portrait/abi.h>
#include <portrait/host.h>
#include <portrait/option.h>

PT_EXTERN_C_BEGIN

#define PT_PLUGIN_SYMBOL "portrait_plugin_v1"

typedef int32_t pt_kind;
#define PT_KIND_SOURCE 1 // vtable is pt_source_vtable
#define PT_KIND_MODEL 2  // vtable is pt_model_vtable
#define PT_KIND_SINK 3   // vtable is pt_sink_vtable

// How an instance may be used; the strictest of plugin, pipeline and host wins.
typedef int32_t pt_thread_model;
#define PT_THREADS_SERIAL_PROCESS 1   // one call in the whole process at a time
#define PT_THREADS_SERIAL_INSTANCE 2  // one call per instance at a time
#define PT_THREADS_PARALLEL_READERS 3 // readers (open splits, predict) in parallel
#define PT_THREADS_PARALLEL 4         // everything may run in parallel

// What a component can do. A bit that the host does not know is left alone.
#define PT_CAP_PROJECTION 1u // source: fewer bound columns cost less
// source: plan() cuts a file that is larger than target_bytes and can be cut. Without it a file is
// one split. It is information: the host reads what plan() tells either way.
#define PT_CAP_SPLITS 2u
#define PT_CAP_NETWORK 4u        // talks to something else than the host's input: source only
#define PT_CAP_DELIVERY 8u       // sink: delivery shape (else file shape)
#define PT_CAP_DETERMINISTIC 16u // model: same bytes for the same data and seed, at any threads

typedef struct pt_component {
    uint32_t struct_size;
    pt_kind kind;
    const char *name;    // what YAML says after `plugin:`; [a-z][a-z0-9-]*, unique in its kind
    const char *summary; // one sentence
    pt_thread_model threads;
    uint32_t config_size;            // bytes of the config struct; 0 with no options
    uint64_t caps;                   // PT_CAP_*
    const pt_option *const *options; // the top level of the config; NULL when there are none
    uint32_t n_options;
    uint32_t reserved;
    const void *vtable; // by kind; its slots are all set but for those said to be optional
    // Optional, pure: cross-field rules of a filled config, before create(). Reads no input and no
    // secret. PT_E_CONFIG with the option's path. NULL = none. [main]
    pt_status (*validate)(const pt_host *host, const void *config, pt_error *err);
    // Optional: a component capability by id ("name/revision"), a table as with
    // pt_host.get_extension; NULL for an id it does not know. NULL = none. [any]
    const void *(*get_extension)(const char *id);
} pt_component;

typedef struct pt_plugin {
    uint32_t struct_size;
    uint16_t abi_major;      // PT_ABI_MAJOR it was built with
    uint16_t abi_minor;      // PT_ABI_MINOR it was built with
    uint16_t min_host_minor; // oldest host minor it runs under: of the newest slot it must have
    uint16_t reserved;
    uint32_t n_components;
    const char *id;      // `org.name`, lower case
    const char *version; // semantic version
    const char *vendor;  // NULL or text, as the next two
    const char *license; // SPDX expression
    const char *summary; // one sentence
    const pt_component *const *components;
} pt_plugin;

// The entry: the same descriptor whenever it is called. A file may be loaded to be listed only.
typedef const pt_plugin *(*pt_plugin_entry)(void);

// The note that tells a reader of the file which plugin it is, before any of its code runs: an ELF
// note named "Portrait" of type 1 in a section of its own.
#define PT_NOTE_NAME "Portrait"
#define PT_NOTE_TYPE 1u
#define PT_NOTE_ID_BYTES 64

typedef struct pt_note_desc {
    uint16_t abi_major;
    uint16_t abi_minor;
    uint16_t min_host_minor;
    uint16_t reserved;
    char id[PT_NOTE_ID_BYTES]; // of the plugin, ends with NUL
} pt_note_desc;

// As it lies in the file.
typedef struct pt_note {
    uint32_t n_name;
    uint32_t n_desc;
    uint32_t type;
    char name[12]; // padded to 4 bytes
    pt_note_desc desc;
} pt_note;

// A sanitizer that pads globals must leave the note as it is.
#if defined(__clang__)
#define PT_NOTE_PLAIN __attribute__((no_sanitize("address")))
#else
#define PT_NOTE_PLAIN // gcc leaves sections of one's own alone
#endif

// The note alone; PT_PLUGIN is what a plugin uses.
#define PT_PLUGIN_NOTE(plugin_id, host_minor)                                                      \
    extern const pt_note pt_plugin_note;                                                           \
    PT_NOTE_PLAIN __attribute__((section(".note.portrait"), used, aligned(4)))                     \
    const pt_note pt_plugin_note = {sizeof PT_NOTE_NAME,                                           \
                                    sizeof(pt_note_desc),                                          \
                                    PT_NOTE_TYPE,                                                  \
                                    PT_NOTE_NAME,                                                  \
                                    {PT_ABI_MAJOR, PT_ABI_MINOR, host_minor, 0, plugin_id}};

// Stands once in a plugin, at file scope, behind its descriptor:
//
//     PT_PLUGIN(descriptor, "org.name", 0)
//
// defines the entry function that returns &descriptor, and the note. `plugin_id` and `host_minor`
// repeat the descriptor's id and min_host_minor; a file whose note says otherwise is refused.
#define PT_PLUGIN(descriptor, plugin_id, host_minor)                                               \
    PT_EXTERN_C_BEGIN                                                                              \
    PT_PLUGIN_NOTE(plugin_id, host_minor)                                                          \
    PT_EXPORT const pt_plugin *portrait_plugin_v1(void);                                           \
    PT_EXPORT const pt_plugin *portrait_plugin_v1(void)                                            \
    {                                                                                              \
        return &(descriptor);                                                                      \
    }                                                                                              \
    PT_EXTERN_C_END

PT_EXTERN_C_END

#endif
