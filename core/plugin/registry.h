// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the host knows of loaded plugins: host-owned copies of descriptor and option rows. No other
// room sees the ABI's option structs.
#ifndef PORTRAIT_PLUGIN_REGISTRY_H
#define PORTRAIT_PLUGIN_REGISTRY_H

#include <portrait/plugin.h>

#include "arena.h"
#include "error.h"

struct plugin_info;
struct component_info;

struct option_row {
    pt_option_type type;
    uint32_t flags;
    uint32_t offset;
    uint32_t elem_size;
    const char *name;
    const char *help;
    const char *unit;
    const char *default_text;
    int64_t i_min, i_max;
    double f_min, f_max;
    const char *const *choices;
    uint32_t n_choices;
    const struct option_row *fields;
    uint32_t n_fields;
    const char *pattern;
    const char *example;
    const char *since;
    const char *replaced_by;
};

// What stands in for sources and sinks whose code runs in another process.
struct component_proxy {
    void *ctx;
    pt_status (*create)(const struct component_info *component, const pt_host *host,
                        const void *config, void **self, struct pt_error *err);
    const void *source; // vtables; nobody calls their create
    const void *file_sink;
    const void *delivery_sink;
};

struct component_info {
    const struct plugin_info *plugin;
    pt_kind kind;
    const char *name;
    const char *summary;
    pt_thread_model threads;
    uint64_t caps;
    uint32_t config_size;
    const struct option_row *options;
    uint32_t n_options;
    const void *vtable; // zeroed host-size copy of the plugin's vtable; set by registry_find
    pt_status (*validate)(const pt_host *host, const void *config, pt_error *err); // or NULL
    const void *(*get_extension)(const char *id);                                  // or NULL
    const struct component_proxy *proxy; // NULL = it runs in this process
};

// What is known of a file that was hashed and whose note was read, before any of its code ran.
struct plugin_candidate {
    const char *path;
    const char *sha256;
    const char *id; // by its note, as the next two
    uint16_t abi_major;
    uint16_t abi_minor;
    bool is_extra; // from --plugin-dir
};

// Who vouches for a plugin and what its manifest asks for. All of it belongs to the guard.
struct plugin_grant {
    const char *signer;       // name of the key of the keyring that signed it; NULL = none
    const char *const *reads; // absolute paths
    size_t n_reads;
    const char *const *hosts;
    size_t n_hosts;
};

// Decides about each file before its code runs anywhere, a child included. What it returns other
// than PT_OK is that plugin's failure; PT_E_NO_MEMORY ends the opening.
struct registry_guard {
    pt_status (*admit)(void *ctx, const struct plugin_candidate *file, struct plugin_grant *out,
                       struct pt_error *err);
    void *ctx;
};

struct plugin_info {
    const char *path; // of the file
    const char *id;   // NULL when it failed to load
    const char *version;
    const char *vendor;
    const char *license;
    const char *summary;
    uint16_t abi_major; // it was built for
    uint16_t abi_minor;
    uint16_t min_host_minor;
    char sha256[65];
    const struct component_info *components;
    uint32_t n_components;
    const char *failure; // why it did not load, NULL = loaded
    bool is_trusted_dir; // came from --plugin-dir and runs in this process all the same
    bool is_isolated;    // its sources and sinks run in children, its models not at all
    struct plugin_grant grant;
};

struct registry;

struct registry_folder {
    const char *path; // absolute
    bool is_extra;    // --plugin-dir
};

// What holds a plugin that nobody vouches for while it is looked at.
struct scan_confine {
    // In the child, before the file is loaded; it needs these two descriptors.
    pt_status (*enter)(void *ctx, int file, int answer, struct pt_error *err);
    // In the parent, when the child is gone.
    void (*left)(void *ctx, const char *path);
    void *ctx;
};

struct registry_settings {
    const struct registry_folder *folders; // in order
    size_t n_folders;
    const char *cache_folder; // where results of scans are kept; NULL = nowhere
    bool is_fresh;            // the cache is not believed, but written anew
    uint32_t scan_ms;         // a plugin that takes longer to tell what it is has failed; 0 = 10 s
    const struct registry_guard *guard; // NULL = every file may be looked at
    const struct scan_confine *confine; // of extra files that nobody signed; NULL = none
};

// Learns what every *.so of the folders says of itself. A child process loads it, unless the cache
// knows its bytes: whatever its code does there costs only that plugin, which stays listed with its
// reason. Refused: relative folders, world-writable folders or files, symlinks, foreign owners.
// A component name seen before (same kind) is a failure of the later plugin. PT_E_NOT_FOUND /
// PT_E_DENIED name a folder that cannot be used. Call it before other threads are started.
pt_status registry_open_as(const struct registry_settings *settings, struct registry **out,
                           struct pt_error *err);
// The same without a cache.
pt_status registry_open(const struct registry_folder *folders, size_t n, struct registry **out,
                        struct pt_error *err);
size_t registry_count(const struct registry *r);
const struct plugin_info *registry_at(const struct registry *r, size_t i);
// The component, or NULL with err telling what is known and a suggestion as hint. The first time
// its plugin is loaded into this process, from the very bytes that were looked at; it is never
// unloaded. [main]
const struct component_info *registry_find(const struct registry *r, pt_kind kind, const char *name,
                                           struct pt_error *err);
// The same without loading it: no vtable and no functions unless it was loaded before. NULL = none.
const struct component_info *registry_look(const struct registry *r, pt_kind kind,
                                           const char *name);
// From now on the plugins of extra folders that nobody signed are not loaded into this process:
// their sources and sinks are the proxy's, their models are refused (PT_E_DENIED). `proxy` outlives
// the registry. Once, before anything is looked for.
void registry_isolate(struct registry *r, const struct component_proxy *proxy);
void registry_free(struct registry *r); // frees the copies, not the loaded files
const char *kind_name(pt_kind kind);    // "source", "model", "sink"

#endif
