// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The source to start from, with one fault.
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <portrait/source.h>

#include "sound.h"

enum fault {
    LEAKS_MEMORY,
    LEAKS_DESCRIPTOR,
    LEAVES_THREAD,
    SETS_LOCALE,
    SETS_ROUNDING,
    SETS_SIGNAL,
    SETS_ENVIRONMENT,
    SETS_FOLDER,
    SETS_UMASK,
    EXITS_IN_DISCOVER,
    DESTROYS_NULL,
    BELIEVES_MALLOC,
    HANGS_IN_CREATE,
    SPLITS_OVERLAP,
    SPLITS_LEAVE_GAP,
    SPLITS_OUT_OF_ORDER,
    SPLITS_SHARE_ID,
    COUNTS_NULLS_WRONG,
    BATCH_DIES_WITH_STREAM,
    GOES_ON_WHEN_CANCELLED,
    NEVER_COUNTS,
    COUNTS_WRONG,
    REJECTS_WITHOUT_REASON,
    IGNORES_REFUSED_REJECT,
    NEEDS_DISCOVER,
    INVENTS_STATUS,
    CHANGES_ITS_MIND,
    TELLS_SLOWLY,
};

static const pt_source_vtable *sound;
static const pt_host *the_host;
static void *discovered;

static void *wait_for_ever(void *arg)
{
    for (;;) {
        pause();
    }
    return arg;
}

static void on_signal(int number)
{
    (void)number;
}

static void touch_process(void)
{
    pthread_t thread;
    switch (FAULT) {
    case LEAKS_DESCRIPTOR:
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
        break;
    case LEAVES_THREAD:
        pthread_create(&thread, NULL, wait_for_ever, NULL);
        break;
    case SETS_LOCALE:
        setlocale(LC_ALL, "C.UTF-8");
        break;
    case SETS_ROUNDING:
        fesetround(FE_UPWARD);
        break;
    case SETS_SIGNAL:
        signal(SIGUSR1, on_signal);
        break;
    case SETS_ENVIRONMENT:
        setenv("TZ", "Asia/Shanghai", 1);
        break;
    case SETS_FOLDER:
        (void)!chdir("/proc");
        break;
    case SETS_UMASK:
        umask(0);
        break;
    default:
        break;
    }
}

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    the_host = host;
    touch_process();
    if (FAULT == LEAKS_MEMORY || FAULT == BELIEVES_MALLOC) {
        volatile char *p = malloc(24);
        p[0] = 1; // without a look at what malloc said
        if (FAULT == BELIEVES_MALLOC) {
            free((void *)p);
        }
    }
    if (FAULT == HANGS_IN_CREATE) {
        wait_for_ever(NULL);
    }
    return sound->create(host, config, self, err);
}

static void destroy(void *self)
{
    if (FAULT == DESTROYS_NULL && self == NULL) {
        *(volatile int *)self = 1;
    }
    sound->destroy(self);
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    discovered = self;
    if (FAULT == EXITS_IN_DISCOVER) {
        exit(0);
    }
    return sound->discover(self, out, err);
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    if (FAULT == NEEDS_DISCOVER && discovered != self) {
        return the_host->error_set(err, PT_E_STATE, "bind before discover", NULL, 0);
    }
    return sound->bind(self, state, columns, err);
}

// --- Splits ---

struct planning {
    const pt_plan_request *request;
    uint32_t n;
    pt_split last;
    char id[256];
    uint8_t data[4096];
    pt_status held; // what emit said of a split given late
};

static pt_status emit_renamed(const struct planning *p, const pt_split *split, const char *id,
                              pt_error *err)
{
    pt_split renamed = *split;
    renamed.id = id;
    return p->request->emit(p->request->ctx, &renamed, err);
}

static pt_status emit(void *ctx, const pt_split *split, pt_error *err)
{
    struct planning *p = ctx;
    uint32_t index = p->n++;
    if (FAULT == SPLITS_LEAVE_GAP && index == 1) {
        return PT_OK;
    }
    if (FAULT == SPLITS_SHARE_ID) {
        return emit_renamed(p, split, "all", err);
    }
    if (FAULT == SPLITS_OVERLAP && index == 1) {
        pt_status status = emit_renamed(p, split, "again", err);
        return status == PT_OK ? p->request->emit(p->request->ctx, split, err) : status;
    }
    if (FAULT == SPLITS_OUT_OF_ORDER && index == 0) {
        p->last = *split; // comes last
        strncpy(p->id, split->id, sizeof p->id - 1);
        memcpy(p->data, split->data.data, split->data.size);
        p->last.id = p->id;
        p->last.data.data = p->data;
        return PT_OK;
    }
    return p->request->emit(p->request->ctx, split, err);
}

static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    struct planning planning = {.request = request};
    pt_plan_request watched = *request;
    watched.ctx = &planning;
    watched.emit = emit;
    pt_status status = sound->plan(self, &watched, err);
    if (status == PT_OK && planning.last.id != NULL) {
        status = request->emit(request->ctx, &planning.last, err);
    }
    return status;
}

// --- Streams ---

struct reading {
    struct ArrowArrayStream inner;
    const pt_split_run *run;
    pt_split_run watched;
    struct ArrowArray kept[256];
    int n_kept;
};

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct reading *r = stream->private_data;
    return r->inner.get_schema(&r->inner, out);
}

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct reading *r = stream->private_data;
    if (FAULT == GOES_ON_WHEN_CANCELLED && the_host->cancelled(the_host)) {
        sleep(2);
    }
    int code = r->inner.get_next(&r->inner, out);
    if (code != 0 || out->release == NULL) {
        return FAULT == IGNORES_REFUSED_REJECT ? 0 : code;
    }
    if (FAULT == COUNTS_NULLS_WRONG) {
        out->children[0]->null_count = 1;
    }
    if (FAULT == BATCH_DIES_WITH_STREAM && r->n_kept < 256) {
        r->kept[r->n_kept++] = *out;
        out->release = release_nothing;
    }
    return code;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    struct reading *r = stream->private_data;
    return r->inner.get_last_error(&r->inner);
}

static void release(struct ArrowArrayStream *stream)
{
    struct reading *r = stream->private_data;
    for (int i = 0; i < r->n_kept; i++) {
        r->kept[i].release(&r->kept[i]);
    }
    r->inner.release(&r->inner);
    free(r);
    stream->release = NULL;
}

static pt_status reject(void *ctx, const pt_reject *given, pt_error *err)
{
    struct reading *r = ctx;
    pt_reject changed = *given;
    if (FAULT == REJECTS_WITHOUT_REASON) {
        changed.reason = NULL;
    }
    pt_status status = r->run->reject(r->run->ctx, &changed, err);
    return FAULT == IGNORES_REFUSED_REJECT ? PT_OK : status;
}

static pt_status counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct reading *r = ctx;
    if (FAULT == NEVER_COUNTS) {
        return PT_OK;
    }
    return r->run->counted(r->run->ctx, records + (FAULT == COUNTS_WRONG), lines, err);
}

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    if (FAULT == INVENTS_STATUS) {
        return 77;
    }
    struct reading *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return the_host->error_set(err, PT_E_NO_MEMORY, "out of memory", NULL, 0);
    }
    r->run = run;
    r->watched = *run;
    r->watched.ctx = r;
    r->watched.reject = reject;
    r->watched.counted = counted;
    pt_status status = sound->open(self, split, &r->watched, &r->inner, err);
    if (status != PT_OK) {
        free(r);
        return status;
    }
    *out = (struct ArrowArrayStream){.get_schema = get_schema,
                                     .get_next = get_next,
                                     .get_last_error = get_last_error,
                                     .release = release,
                                     .private_data = r};
    return PT_OK;
}

static const pt_source_vtable spoilt = {
    .struct_size = sizeof spoilt,
    .create = create,
    .destroy = destroy,
    .discover = discover,
    .bind = bind,
    .plan = plan,
    .open = open_split,
};

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    static int n_asked;
    static pt_plugin second;
    sound = sound_plugin()->components[0]->vtable;
    if (FAULT == TELLS_SLOWLY) {
        usleep(1300000);
    }
    const pt_plugin *plugin = spoilt_plugin(0, &spoilt);
    if (FAULT == CHANGES_ITS_MIND && n_asked++ > 0) {
        second = *plugin;
        second.summary = "Something else.";
        return &second;
    }
    return plugin;
}
