// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plugin's file is read once into sealed memory, and that memory is hashed and loaded: nobody
// can change it between the check and the use.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cell.h"
#include "digest.h"
#include "fsys.h"
#include "mem.h"

#define COPY_BYTES ((size_t)1 << 16)

static pt_status copy_bytes(int from, int to, struct sha256 *hash, const char *path,
                            struct pt_error *err)
{
    char *buffer = mem_alloc(COPY_BYTES);
    if (buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %s", path);
    }
    pt_status status = PT_OK;
    while (status == PT_OK) {
        ssize_t n = fsys_read(from, buffer, COPY_BYTES);
        if (n <= 0) {
            status = n == 0 ? PT_OK : error_system(err, errno, "%s", path);
            break;
        }
        status = sha256_add(hash, buffer, (size_t)n, err);
        if (status == PT_OK && fsys_write_all(to, buffer, (size_t)n) != 0) {
            status = error_system(err, errno, "a copy of %s", path);
        }
    }
    mem_free(buffer);
    return status;
}

static pt_status check_hash(struct sha256 *hash, const struct plugin_info *plugin,
                            struct pt_error *err)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX];
    TRY(sha256_finish(hash, digest, err));
    digest_hex(digest, sizeof digest, hex);
    if (strcmp(hex, plugin->sha256) != 0) {
        FAIL(err, PT_E_DENIED, "%s changed since it was listed", plugin->path);
    }
    return PT_OK;
}

static pt_status copy_image(int from, int to, const struct plugin_info *plugin,
                            struct pt_error *err)
{
    struct sha256 *hash = NULL;
    TRY(sha256_new(&hash, err));
    pt_status status = copy_bytes(from, to, hash, plugin->path, err);
    if (status == PT_OK) {
        status = check_hash(hash, plugin, err);
    }
    if (status == PT_OK &&
        fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
        status = error_system(err, errno, "seal of %s", plugin->path);
    }
    sha256_free(hash);
    return status;
}

static pt_status load_image(const struct plugin_info *plugin, int *out, struct pt_error *err)
{
    int from = fsys_open(plugin->path, O_RDONLY | O_NOFOLLOW, 0);
    if (from < 0) {
        return error_system(err, errno, "%s", plugin->path);
    }
    int to = memfd_create("portrait-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    pt_status status = to < 0 ? error_system(err, errno, "memory for %s", plugin->path)
                              : copy_image(from, to, plugin, err);
    fsys_close(from);
    if (status != PT_OK && to >= 0) {
        fsys_close(to);
    }
    if (status == PT_OK) {
        *out = to;
    }
    return status;
}

const char *cell_owner(const struct component_info *component, char *out, size_t n)
{
    snprintf(out, n, "plugin `%s` (%s %s)", component->name, component->plugin->id,
             component->plugin->version);
    return out;
}

static bool is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 0 && folder[n - 1] == '/') {
        n--;
    }
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

// Of what the manifest asks for, what the operator allows: the narrower of the two paths.
static bool grant_path(struct cell_origin *o, const char *asked)
{
    bool is_granted = false;
    for (size_t i = 0; i < o->settings->n_reads; i++) {
        const char *allowed = o->settings->reads[i];
        if (is_below(asked, allowed) || is_below(allowed, asked)) {
            wire_put_text(&o->reads, is_below(asked, allowed) ? asked : allowed);
            o->n_reads++;
            is_granted = true;
        }
    }
    return is_granted;
}

// A manifest is a wish: whoever wrote the plugin wrote it.
static pt_status grant_paths(struct cell_origin *o, struct pt_error *err)
{
    const struct plugin_grant *asked = &o->component->plugin->grant;
    for (size_t i = 0; i < asked->n_reads; i++) {
        if (!grant_path(o, asked->reads[i])) {
            char owner[192];
            char line[1024];
            snprintf(line, sizeof line, "%s asks to read %s: not allowed (--allow-read %s)",
                     cell_owner(o->component, owner, sizeof owner), asked->reads[i],
                     asked->reads[i]);
            o->host->log(o->host, PT_LOG_WARN, line, NULL, 0);
        }
    }
    return o->reads.failed ? error_set(err, PT_E_NO_MEMORY, "no memory for a plugin") : PT_OK;
}

pt_status cell_origin_init(struct cell_origin *o, const struct component_info *component,
                           const pt_host *host, const void *config, struct pt_error *err)
{
    const struct isolation *isolation = component->proxy->ctx;
    *o = (struct cell_origin){
        .component = component, .settings = &isolation->settings, .host = host, .image = -1};
    TRY(grant_paths(o, err));
    TRY(config_encode(component, config, &o->config, &o->links, err));
    return load_image(component->plugin, &o->image, err);
}

void cell_origin_release(struct cell_origin *o)
{
    if (o->config.p != NULL) {
        explicit_bzero(o->config.p, o->config.n);
    }
    str_release(&o->config);
    str_release(&o->reads);
    config_links_release(&o->links);
    if (o->image >= 0) {
        fsys_close(o->image);
    }
    o->image = -1;
}
