// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A plugin that fails is kept with its reason: who asks for it later learns why it is not there.
#include "registry.h"

#include <stdio.h>
#include <string.h>

#include "component.h"
#include "mem.h"
#include "plugin_file.h"
#include "scan.h"
#include "scan_cache.h"
#include "scan_record.h"
#include "suggest.h"

// One file. The public part comes with it wherever it goes.
struct entry {
    struct plugin_info info;
    struct plugin_file file; // open until the registry is freed
    struct component_info *components;
    bool is_loaded;
};

struct registry {
    struct arena arena;
    struct entry **plugins;
    size_t n;
    size_t capacity;
};

const char *kind_name(pt_kind kind)
{
    switch (kind) {
    case PT_KIND_SOURCE:
        return "source";
    case PT_KIND_MODEL:
        return "model";
    case PT_KIND_SINK:
        return "sink";
    default:
        return "unknown";
    }
}

static struct entry *find_entry(const struct registry *r, pt_kind kind, const char *name,
                                uint32_t *index)
{
    for (size_t i = 0; i < r->n; i++) {
        struct entry *entry = r->plugins[i];
        for (uint32_t c = 0; c < entry->info.n_components; c++) {
            const struct component_info *component = &entry->components[c];
            if (component->kind == kind && strcmp(component->name, name) == 0) {
                *index = c;
                return entry;
            }
        }
    }
    return NULL;
}

const struct component_info *registry_look(const struct registry *r, pt_kind kind, const char *name)
{
    uint32_t index = 0;
    const struct entry *entry = find_entry(r, kind, name, &index);
    return entry == NULL ? NULL : &entry->components[index];
}

// Names are unique over all plugins: a pipeline says no more than kind and name.
static pt_status check_names(const struct registry *r, const struct plugin_info *plugin,
                             struct pt_error *err)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct plugin_info *other = &r->plugins[i]->info;
        if (other->id != NULL && strcmp(other->id, plugin->id) == 0) {
            FAIL(err, PT_E_DATA, "the plugin `%s` is already loaded from %s", plugin->id,
                 other->path);
        }
    }
    for (uint32_t c = 0; c < plugin->n_components; c++) {
        const struct component_info *mine = &plugin->components[c];
        const struct component_info *other = registry_look(r, mine->kind, mine->name);
        if (other != NULL) {
            FAIL(err, PT_E_DATA, "the %s `%s` is already loaded from %s", kind_name(mine->kind),
                 mine->name, other->plugin->path);
        }
    }
    return PT_OK;
}

// What a scan or the cache says, as a description or as the failure it tells of.
static pt_status take_scan(struct registry *r, struct entry *entry, pt_status status,
                           struct text bytes, struct pt_error *err)
{
    if (status != PT_OK) {
        FAIL(err, status, "%.*s", (int)bytes.n, bytes.p);
    }
    TRY(scan_record_read(bytes, &r->arena, &entry->info, err));
    entry->components = (struct component_info *)entry->info.components;
    return PT_OK;
}

struct scanning {
    struct registry *registry;
    struct scan_cache *cache; // NULL = none
    uint32_t scan_ms;
    const struct registry_guard *guard; // NULL = none
    const struct scan_confine *confine; // NULL = none
};

static pt_status ask_guard(const struct scanning *s, struct entry *entry, struct pt_error *err)
{
    const struct plugin_file *file = &entry->file;
    const struct plugin_candidate candidate = {
        .path = entry->info.path,
        .sha256 = file->sha256,
        .id = file->note.id,
        .abi_major = file->note.abi_major,
        .abi_minor = file->note.abi_minor,
        .is_extra = entry->info.is_trusted_dir,
    };
    if (s->guard == NULL) {
        return PT_OK;
    }
    return s->guard->admit(s->guard->ctx, &candidate, &entry->info.grant, err);
}

static pt_status scan_now(const struct scanning *s, struct entry *entry, struct pt_error *err)
{
    struct scan_result result = {0};
    bool is_vouched_for = !entry->info.is_trusted_dir || entry->info.grant.signer != NULL;
    TRY(scan_file(&entry->file, s->scan_ms, is_vouched_for ? NULL : s->confine, &result, err));
    pt_status status = PT_OK;
    if (s->cache != NULL && result.is_lasting) {
        status = scan_cache_add(s->cache, entry->file.sha256, &result, err);
    }
    if (status == PT_OK) {
        status = take_scan(s->registry, entry, result.status, str_view(&result.bytes), err);
    }
    str_release(&result.bytes);
    return status;
}

static pt_status learn(const struct scanning *s, struct entry *entry, struct pt_error *err)
{
    pt_status status = PT_OK;
    struct text bytes = {0};
    TRY(plugin_file_open(entry->info.path, &entry->file, err));
    TRY(ask_guard(s, entry, err));
    if (s->cache != NULL && scan_cache_find(s->cache, entry->file.sha256, &status, &bytes)) {
        TRY(take_scan(s->registry, entry, status, bytes, err));
    } else {
        TRY(scan_now(s, entry, err));
    }
    entry->info.abi_major = entry->file.note.abi_major;
    entry->info.abi_minor = entry->file.note.abi_minor;
    entry->info.min_host_minor = entry->file.note.min_host_minor;
    return check_names(s->registry, &entry->info, err);
}

// Nothing of a plugin that failed is used but where it lies and why.
static bool set_failure(struct registry *r, struct entry *entry, const struct pt_error *reason)
{
    struct plugin_info failed = {.path = entry->info.path,
                                 .is_trusted_dir = entry->info.is_trusted_dir};
    memcpy(failed.sha256, entry->file.sha256, sizeof failed.sha256);
    failed.failure = arena_strdup(&r->arena, reason->message);
    entry->info = failed;
    return failed.failure != NULL;
}

static pt_status add_file(const struct scanning *s, const char *path, bool is_extra,
                          struct pt_error *err)
{
    struct registry *r = s->registry;
    struct entry *entry = arena_zero(&r->arena, 1, sizeof *entry);
    if (entry == NULL ||
        !mem_reserve(&r->plugins, &r->capacity, r->n + 1, sizeof(struct entry *))) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    entry->info = (struct plugin_info){.path = path, .is_trusted_dir = is_extra};
    entry->file.fd = -1;
    struct pt_error reason = ERROR_INIT;
    pt_status status = learn(s, entry, &reason);
    memcpy(entry->info.sha256, entry->file.sha256, sizeof entry->info.sha256);
    bool is_told = status == PT_OK || set_failure(r, entry, &reason);
    if (status != PT_OK) {
        plugin_file_close(&entry->file);
    }
    if (status == PT_E_NO_MEMORY || !is_told) {
        plugin_file_close(&entry->file);
        FAIL(err, PT_E_NO_MEMORY, "no memory to load %s", path);
    }
    r->plugins[r->n++] = entry;
    return PT_OK;
}

static pt_status add_folder(const struct scanning *s, const struct registry_folder *folder,
                            struct pt_error *err)
{
    struct plugin_files files = {0};
    TRY(plugin_folder_list(folder->path, &s->registry->arena, &files, err));
    for (size_t i = 0; i < files.n; i++) {
        TRY(add_file(s, files.paths[i], folder->is_extra, err));
    }
    return PT_OK;
}

static pt_status add_folders(struct scanning *s, const struct registry_settings *settings,
                             struct pt_error *err)
{
    if (settings->cache_folder != NULL) {
        TRY(scan_cache_open(settings->cache_folder, settings->is_fresh, &s->cache, err));
    }
    for (size_t i = 0; i < settings->n_folders; i++) {
        TRY(add_folder(s, &settings->folders[i], err));
    }
    if (s->cache != NULL) {
        scan_cache_save(s->cache);
    }
    return PT_OK;
}

pt_status registry_open_as(const struct registry_settings *settings, struct registry **out,
                           struct pt_error *err)
{
    struct registry *r = mem_zero(1, sizeof *r);
    if (r == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    struct scanning scanning = {.registry = r,
                                .scan_ms = settings->scan_ms,
                                .guard = settings->guard,
                                .confine = settings->confine};
    pt_status status = add_folders(&scanning, settings, err);
    scan_cache_free(scanning.cache);
    if (status != PT_OK) {
        registry_free(r);
        return status;
    }
    *out = r;
    return PT_OK;
}

pt_status registry_open(const struct registry_folder *folders, size_t n, struct registry **out,
                        struct pt_error *err)
{
    const struct registry_settings settings = {.folders = folders, .n_folders = n};
    return registry_open_as(&settings, out, err);
}

// The code must say what the scan was told.
static pt_status check_told(const struct plugin_info *told, const struct plugin_info *says,
                            struct pt_error *err)
{
    bool is_same = strcmp(told->id, says->id) == 0 && told->n_components == says->n_components;
    for (uint32_t i = 0; is_same && i < told->n_components; i++) {
        is_same = told->components[i].kind == says->components[i].kind &&
                  strcmp(told->components[i].name, says->components[i].name) == 0;
    }
    if (!is_same) {
        FAIL(err, PT_E_DATA, "it describes itself otherwise than when it was scanned");
    }
    return PT_OK;
}

static pt_status load(struct registry *r, struct entry *entry, struct pt_error *err)
{
    struct plugin_info says = {.path = entry->info.path};
    TRY(scan_load(&entry->file, &r->arena, &says, NULL, err));
    TRY(check_told(&entry->info, &says, err));
    for (uint32_t i = 0; i < says.n_components; i++) {
        entry->components[i] = says.components[i];
        entry->components[i].plugin = &entry->info;
    }
    entry->is_loaded = true;
    return PT_OK;
}

void registry_isolate(struct registry *r, const struct component_proxy *proxy)
{
    for (size_t i = 0; i < r->n; i++) {
        struct entry *entry = r->plugins[i];
        if (!entry->info.is_trusted_dir || entry->info.grant.signer != NULL) {
            continue;
        }
        entry->info.is_trusted_dir = false;
        entry->info.is_isolated = true;
        entry->is_loaded = true;
        for (uint32_t c = 0; c < entry->info.n_components; c++) {
            struct component_info *component = &entry->components[c];
            if (component->kind != PT_KIND_MODEL) {
                component_isolate(component, proxy);
            }
        }
    }
}

static void refuse_model(const struct component_info *c, struct pt_error *err)
{
    error_set(err, PT_E_DENIED,
              "model `%s` comes from %s: it is not trusted, and models do not run isolated",
              c->name, c->plugin->path);
    if (err != NULL) {
        snprintf(err->hint, sizeof err->hint, "--trust-plugins runs it in this process");
    }
}

static const struct component_info *find_loaded(const struct registry *r, pt_kind kind,
                                                const char *name, struct pt_error *err)
{
    uint32_t index = 0;
    struct entry *entry = find_entry(r, kind, name, &index);
    if (entry != NULL && entry->info.is_isolated && kind == PT_KIND_MODEL) {
        refuse_model(&entry->components[index], err);
        return NULL;
    }
    if (entry == NULL || entry->is_loaded) {
        return entry == NULL ? NULL : &entry->components[index];
    }
    struct pt_error reason = ERROR_INIT;
    // The arena is the registry's own: what it holds grows, what is in it stays where it is.
    pt_status status = load((struct registry *)r, entry, &reason);
    if (status != PT_OK) {
        error_set(err, status == PT_E_NO_MEMORY ? status : PT_E_NOT_FOUND,
                  "plugin %s did not load: %s", entry->info.path, reason.message);
        return NULL;
    }
    return &entry->components[index];
}

size_t registry_count(const struct registry *r)
{
    return r->n;
}

const struct plugin_info *registry_at(const struct registry *r, size_t i)
{
    return i < r->n ? &r->plugins[i]->info : NULL;
}

static bool is_file_of(const char *path, const char *name)
{
    const char *base = strrchr(path, '/') + 1;
    size_t n = strlen(name);
    return strncmp(base, name, n) == 0 && strcmp(base + n, ".so") == 0;
}

// The name under another kind, or a file of that name that failed: better than any guess.
static bool explain_absence(const struct registry *r, pt_kind kind, const char *name,
                            struct pt_error *err)
{
    for (pt_kind other = PT_KIND_SOURCE; other <= PT_KIND_SINK; other++) {
        if (other != kind && registry_look(r, other, name) != NULL) {
            error_set(err, PT_E_NOT_FOUND, "`%s` is a %s, not a %s", name, kind_name(other),
                      kind_name(kind));
            return true;
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct plugin_info *plugin = &r->plugins[i]->info;
        if (plugin->failure != NULL && is_file_of(plugin->path, name)) {
            error_set(err, PT_E_NOT_FOUND, "plugin %s did not load: %s", plugin->path,
                      plugin->failure);
            return true;
        }
    }
    return false;
}

static size_t component_count(const struct registry *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        n += r->plugins[i]->info.n_components;
    }
    return n;
}

static size_t names_of_kind(const struct registry *r, pt_kind kind, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        for (uint32_t c = 0; c < r->plugins[i]->info.n_components; c++) {
            const struct component_info *component = &r->plugins[i]->components[c];
            if (component->kind == kind) {
                names[n++] = component->name;
            }
        }
    }
    return n;
}

static void hint_names(const char *wrong, const char *const *names, size_t n, struct pt_error *err)
{
    const char *near = suggest(wrong, names, n);
    size_t size = sizeof err->hint;
    if (near != NULL) {
        snprintf(err->hint, size, "did you mean `%s`?", near);
        return;
    }
    size_t used = (size_t)snprintf(err->hint, size, n == 0 ? "none is loaded" : "known:");
    for (size_t i = 0; i < n; i++) {
        if (used + strlen(names[i]) + 8 > size) {
            snprintf(err->hint + used, size - used, " ...");
            return;
        }
        used +=
            (size_t)snprintf(err->hint + used, size - used, "%s %s", i == 0 ? "" : ",", names[i]);
    }
}

const struct component_info *registry_find(const struct registry *r, pt_kind kind, const char *name,
                                           struct pt_error *err)
{
    if (registry_look(r, kind, name) != NULL) {
        return find_loaded(r, kind, name, err);
    }
    if (err == NULL || explain_absence(r, kind, name, err)) {
        return NULL;
    }
    const char **names = mem_array(component_count(r), sizeof *names);
    if (names == NULL) {
        error_set(err, PT_E_NO_MEMORY, "no memory to look for `%s`", name);
        return NULL;
    }
    size_t n = names_of_kind(r, kind, names);
    error_set(err, PT_E_NOT_FOUND, "no %s plugin is named `%s`", kind_name(kind), name);
    hint_names(name, names, n, err);
    mem_free(names);
    return NULL;
}

void registry_free(struct registry *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        plugin_file_close(&r->plugins[i]->file);
    }
    arena_release(&r->arena);
    mem_free(r->plugins);
    mem_free(r);
}
