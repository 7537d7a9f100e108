// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scan.h"

#include <signal.h>
#include <string.h>

#include "descriptor.h"
#include "fsys.h"
#include "loader.h"
#include "scan_record.h"

#define OUTPUT_BYTES_MAX ((uint64_t)4 << 20)

// Heads of what the child writes: a word, then the record or the reason.
#define SAYS_RECORD 0x52u
#define SAYS_FAILURE 0x46u

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

pt_status scan_load(const struct plugin_file *file, struct arena *arena, struct plugin_info *info,
                    bool *is_lasting, struct pt_error *err)
{
    const pt_plugin *descriptor = NULL;
    if (is_lasting != NULL) {
        *is_lasting = false; // a library it needs may be installed tomorrow
    }
    TRY(loader_init(err));
    TRY(loader_open(file, &descriptor, err));
    pt_status status = descriptor_copy(descriptor, arena, info, err);
    if (is_lasting != NULL) {
        *is_lasting = status != PT_E_NO_MEMORY;
    }
    TRY(status);
    TRY(check_own_names(info, err));
    return check_same(&file->note, descriptor, err);
}

// What the child works on.
struct scan_job {
    const struct plugin_file *file;
    const struct scan_confine *confine; // NULL = free
};

static void scan_in_child(void *ctx, int out)
{
    const struct scan_job *job = ctx;
    const struct plugin_file *file = job->file;
    struct arena arena = {0};
    struct plugin_info info = {.path = file->path};
    struct pt_error err = ERROR_INIT;
    struct str answer = {0};
    bool is_lasting = false;
    pt_status status =
        job->confine == NULL ? PT_OK : job->confine->enter(job->confine->ctx, file->fd, out, &err);
    if (status == PT_OK) {
        status = scan_load(file, &arena, &info, &is_lasting, &err);
    }
    if (status == PT_OK) {
        scan_put_u32(&answer, SAYS_RECORD);
        scan_record_write(&info, &answer);
    } else {
        scan_put_u32(&answer, SAYS_FAILURE);
        scan_put_u32(&answer, (uint32_t)status);
        scan_put_u32(&answer, is_lasting);
        str_add(&answer, err.message);
    }
    // A pipe that does not take it leaves half an answer, which the parent refuses.
    (void)fsys_write_all(out, answer.p, answer.failed ? 0 : answer.n);
    str_release(&answer);
    arena_release(&arena);
}

static pt_status keep(struct scan_result *out, const void *bytes, size_t n, struct pt_error *err)
{
    if (!str_add_n(&out->bytes, bytes, n)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    return PT_OK;
}

static pt_status take_failure(struct scan_bytes *in, struct scan_result *out, struct pt_error *err)
{
    uint32_t status = scan_get_u32(in);
    out->is_lasting = scan_get_u32(in) == 1;
    out->status = status >= PT_E_INVALID && status <= PT_E_INTERNAL ? (pt_status)status : PT_E_DATA;
    struct text reason = {(const char *)in->p, in->left};
    if (in->is_bad || reason.n == 0 || !text_is_utf8(reason, NULL) ||
        memchr(reason.p, '\0', reason.n) != NULL) {
        reason = text_of("it describes itself in bytes that make no sense");
    }
    return keep(out, reason.p, reason.n < ERROR_MESSAGE_BYTES ? reason.n : ERROR_MESSAGE_BYTES - 1,
                err);
}

static pt_status take_answer(const struct str *answer, struct scan_result *out,
                             struct pt_error *err)
{
    struct scan_bytes in = {(const uint8_t *)answer->p, answer->n, false};
    if (scan_get_u32(&in) != SAYS_RECORD) {
        in = (struct scan_bytes){(const uint8_t *)answer->p, answer->n, false};
        in.is_bad |= scan_get_u32(&in) != SAYS_FAILURE;
        return take_failure(&in, out, err);
    }
    out->status = PT_OK;
    out->is_lasting = true;
    return keep(out, in.p, in.left, err);
}

pt_status scan_file(const struct plugin_file *file, uint32_t wall_ms,
                    const struct scan_confine *confine, struct scan_result *out,
                    struct pt_error *err)
{
    const struct child_limits limits = {.wall_ms = wall_ms == 0 ? SCAN_MS : wall_ms,
                                        .memory_bytes = SCAN_MEMORY_BYTES,
                                        .output_bytes = OUTPUT_BYTES_MAX,
                                        .is_quiet = true};
    struct child_result child;
    *out = (struct scan_result){.status = PT_E_INTERNAL};
    struct scan_job job = {file, confine};
    TRY(child_run(&limits, scan_in_child, &job, &child, err));
    if (confine != NULL) {
        confine->left(confine->ctx, file->path);
    }
    pt_status status = PT_OK;
    if (child.end == CHILD_DONE) {
        status = take_answer(&child.output, out, err);
    } else {
        char how[128];
        child_describe(&child, &limits, how);
        // Or every start would wait for it again. A SIGKILL may be meant for memory others took.
        out->is_lasting = child.end != CHILD_KILLED || child.number != SIGKILL;
        status = keep(out, how, strlen(how), err);
        if (status == PT_OK && !str_add(&out->bytes, " while it was looked at")) {
            status = error_set(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
        }
    }
    out->is_lasting = out->is_lasting && (confine == NULL || out->status == PT_OK);
    str_release(&child.output);
    if (status != PT_OK) {
        str_release(&out->bytes);
    }
    return status;
}
