// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A plugin that fails is kept with its reason: who asks for it later learns why it is not there.
#include "registry.h"

#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "loader.h"
#include "mem.h"
#include "plugin_file.h"
#include "suggest.h"

struct registry {
    struct arena arena;
    struct plugin_info **plugins;
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

static const struct component_info *find_exact(const struct registry *r, pt_kind kind,
                                               const char *name)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct plugin_info *plugin = r->plugins[i];
        for (uint32_t c = 0; c < plugin->n_components; c++) {
            const struct component_info *component = &plugin->components[c];
            if (component->kind == kind && strcmp(component->name, name) == 0) {
                return component;
            }
        }
    }
    return NULL;
}

static pt_status check_own_names(const struct plugin_info *plugin, struct pt_error *err)
{
    for (uint32_t i = 0; i < plugin->n_components; i++) {
        const struct component_info *a = &plugin->components[i];
        for (uint32_t j = 0; j < i; j++) {
            const struct component_info *b = &plugin->components[j];
            if (a->kind == b->kind && strcmp(a->name, b->name) == 0) {
                FAIL(err, PT_E_DATA, "it has two %ss named `%s`", kind_name(a->kind), a->name);
            }
        }
    }
    return PT_OK;
}

// Names are unique over all plugins: a pipeline says no more than kind and name.
static pt_status check_names(const struct registry *r, const struct plugin_info *plugin,
                             struct pt_error *err)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->plugins[i]->id != NULL && strcmp(r->plugins[i]->id, plugin->id) == 0) {
            FAIL(err, PT_E_DATA, "the plugin `%s` is already loaded from %s", plugin->id,
                 r->plugins[i]->path);
        }
    }
    for (uint32_t c = 0; c < plugin->n_components; c++) {
        const struct component_info *mine = &plugin->components[c];
        const struct component_info *other = find_exact(r, mine->kind, mine->name);
        if (other != NULL) {
            FAIL(err, PT_E_DATA, "the %s `%s` is already loaded from %s", kind_name(mine->kind),
                 mine->name, other->plugin->path);
        }
    }
    return check_own_names(plugin, err);
}

// What was read before loading must be what the code says.
static pt_status check_same(const struct elf_note *note, const pt_plugin *descriptor,
                            struct pt_error *err)
{
    if (strcmp(note->id, descriptor->id) != 0 || note->abi_major != descriptor->abi_major ||
        note->abi_minor != descriptor->abi_minor ||
        note->min_host_minor != descriptor->min_host_minor) {
        FAIL(err, PT_E_DATA, "its note says %s for ABI %u.%u, its descriptor %s for ABI %u.%u",
             note->id, note->abi_major, note->abi_minor, descriptor->id, descriptor->abi_major,
             descriptor->abi_minor);
    }
    return PT_OK;
}

static pt_status load(struct registry *r, struct plugin_info *info, struct pt_error *err)
{
    const pt_plugin *descriptor = NULL;
    struct elf_note note;
    TRY(plugin_file_check(info->path, info->sha256, &note, err));
    TRY(loader_open(info->path, &descriptor, err));
    TRY(descriptor_copy(descriptor, &r->arena, info, err));
    TRY(check_names(r, info, err));
    return check_same(&note, descriptor, err);
}

static pt_status add_file(struct registry *r, const char *path, bool is_extra, struct pt_error *err)
{
    struct plugin_info *info = arena_zero(&r->arena, 1, sizeof *info);
    if (info == NULL ||
        !mem_reserve(&r->plugins, &r->capacity, r->n + 1, sizeof(struct plugin_info *))) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    info->path = path;
    info->is_trusted_dir = is_extra;
    struct pt_error reason = ERROR_INIT;
    pt_status status = load(r, info, &reason);
    if (status != PT_OK) {
        struct plugin_info failed = {.path = path, .is_trusted_dir = is_extra};
        memcpy(failed.sha256, info->sha256, sizeof failed.sha256);
        failed.failure = arena_strdup(&r->arena, reason.message);
        *info = failed;
    }
    if (status == PT_E_NO_MEMORY || (status != PT_OK && info->failure == NULL)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to load %s", path);
    }
    r->plugins[r->n++] = info;
    return PT_OK;
}

static pt_status add_folder(struct registry *r, const struct registry_folder *folder,
                            struct pt_error *err)
{
    struct plugin_files files = {0};
    TRY(plugin_folder_list(folder->path, &r->arena, &files, err));
    for (size_t i = 0; i < files.n; i++) {
        TRY(add_file(r, files.paths[i], folder->is_extra, err));
    }
    return PT_OK;
}

pt_status registry_open(const struct registry_folder *folders, size_t n, struct registry **out,
                        struct pt_error *err)
{
    TRY(loader_init(err));
    struct registry *r = mem_zero(1, sizeof *r);
    if (r == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    for (size_t i = 0; i < n; i++) {
        pt_status status = add_folder(r, &folders[i], err);
        if (status != PT_OK) {
            registry_free(r);
            return status;
        }
    }
    *out = r;
    return PT_OK;
}

size_t registry_count(const struct registry *r)
{
    return r->n;
}

const struct plugin_info *registry_at(const struct registry *r, size_t i)
{
    return i < r->n ? r->plugins[i] : NULL;
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
        if (other != kind && find_exact(r, other, name) != NULL) {
            error_set(err, PT_E_NOT_FOUND, "`%s` is a %s, not a %s", name, kind_name(other),
                      kind_name(kind));
            return true;
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        if (r->plugins[i]->failure != NULL && is_file_of(r->plugins[i]->path, name)) {
            error_set(err, PT_E_NOT_FOUND, "plugin %s did not load: %s", r->plugins[i]->path,
                      r->plugins[i]->failure);
            return true;
        }
    }
    return false;
}

static size_t component_count(const struct registry *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        n += r->plugins[i]->n_components;
    }
    return n;
}

static size_t names_of_kind(const struct registry *r, pt_kind kind, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        for (uint32_t c = 0; c < r->plugins[i]->n_components; c++) {
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
    const struct component_info *found = find_exact(r, kind, name);
    if (found != NULL || err == NULL || explain_absence(r, kind, name, err)) {
        return found;
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
    arena_release(&r->arena);
    mem_free(r->plugins);
    mem_free(r);
}
