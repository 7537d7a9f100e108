// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What holds for every kind: options, create and destroy, failing allocations, no growth.
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include <portrait/model.h>
#include <portrait/sink.h>
#include <portrait/source.h>

#include "fsys.h"
#include "manners.h"
#include "mem.h"
#include "option_row.h"
#include "subject.h"

#define WARM_CYCLES 20u
#define GROWTH_BYTES 65536
#define FAILURES_MAX 20000u

// All vtables begin with the same two slots.
static const pt_sink_vtable *ends_of(const struct subject *s)
{
    return s->component->vtable;
}

// --- Options ---

// Whether a config with one more option is taken. What the plugin's own validate() says of values
// inside their bounds is its business.
static pt_status try_option(struct subject *s, const char *name, struct node *value)
{
    struct diags diags = {0};
    struct config *config = NULL;
    struct node *key = node_scalar(&s->arena, name);
    const struct config_request fill = {
        .component = s->component,
        .with = node_map(&s->arena, 1, &key, &value),
        .owner = s->component->name,
        .services = host_services_config(s->services),
        .host = s->host,
    };
    config_fill(&fill, &diags, &config);
    // Other options may be missing; only what is said of this value counts.
    pt_status status = PT_OK;
    for (size_t i = 0; i < diags.n; i++) {
        const char *code = diags.items[i].code;
        if (strcmp(code, "P0104") == 0 || strcmp(code, "P0106") == 0 ||
            strcmp(code, "P0107") == 0) {
            status = PT_E_CONFIG;
        }
    }
    config_free(config);
    diags_release(&diags);
    return status;
}

static void expect(struct subject *s, const struct option_row *o, const char *text, bool is_good)
{
    subject_at(s, "option %s = %s", o->name, text);
    if ((try_option(s, o->name, node_scalar(&s->arena, text)) == PT_OK) != is_good) {
        subject_fault(s, "option %s %s %s", o->name, is_good ? "refuses" : "takes", text);
    }
}

static void expect_i64(struct subject *s, const struct option_row *o, int64_t value, bool is_good)
{
    char text[32];
    bool is_duration = o->type == PT_OPT_DURATION;
    snprintf(text, sizeof text, "%lld%s", (long long)value, is_duration ? "ms" : "");
    expect(s, o, text, is_good);
}

static void try_bounds(struct subject *s, const struct option_row *o)
{
    if (o->i_min == 0 && o->i_max == 0) {
        return;
    }
    bool is_size = o->type != PT_OPT_I64; // sizes and durations are never below zero
    expect_i64(s, o, o->i_min, true);
    if (o->i_min > (is_size ? 0 : INT64_MIN)) {
        expect_i64(s, o, o->i_min - 1, false);
    }
    if (o->i_max != INT64_MAX) {
        expect_i64(s, o, o->i_max, true);
        expect_i64(s, o, o->i_max + 1, false);
    }
}

static void try_row(struct subject *s, const struct option_row *o)
{
    static const char nonsense[] = "~no~such~value~";
    switch (o->type) {
    case PT_OPT_I64:
    case PT_OPT_SIZE:
    case PT_OPT_DURATION:
        try_bounds(s, o);
        expect(s, o, nonsense, false);
        break;
    case PT_OPT_BOOL:
        expect(s, o, "true", true);
        expect(s, o, "false", true);
        expect(s, o, nonsense, false);
        break;
    case PT_OPT_F64:
    case PT_OPT_TIME:
        expect(s, o, nonsense, false);
        break;
    case PT_OPT_ENUM:
        for (uint32_t i = 0; i < o->n_choices; i++) {
            expect(s, o, o->choices[i], true);
        }
        expect(s, o, nonsense, false);
        break;
    default:
        break;
    }
    if (o->help == NULL || o->help[0] == '\0') {
        subject_fault(s, "option %s has no help", o->name);
    }
}

static void check_options(struct subject *s)
{
    for (uint32_t i = 0; i < s->component->n_options; i++) {
        try_row(s, &s->component->options[i]);
    }
}

// --- Create and destroy ---

static void *create(struct subject *s, const char *call)
{
    struct pt_error err = ERROR_INIT;
    void *self = NULL;
    return subject_good(s, subject_create(s, s->config, &self, &err), call, &err) ? self : NULL;
}

static void check_create(struct subject *s)
{
    subject_at(s, "destroy(NULL)");
    ends_of(s)->destroy(NULL);
    int64_t before = mem_live_blocks();
    subject_at(s, "create");
    void *first = create(s, "create");
    ends_of(s)->destroy(first);
    subject_at(s, "two instances at once");
    first = create(s, "create");
    void *second = create(s, "a second create beside the first");
    if (first != NULL && first == second) {
        subject_fault(s, "two instances share one self");
    }
    ends_of(s)->destroy(first);
    ends_of(s)->destroy(second);
    if (mem_live_blocks() > before) {
        subject_fault(s, "%lld blocks are not freed by destroy",
                      (long long)(mem_live_blocks() - before));
    }
}

// --- No growth ---

// Sanitizers have an allocator of their own, and say how much it gave out.
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

struct usage {
    int64_t blocks;
    int64_t bytes;
    uint32_t descriptors;
    uint32_t threads;
};

static struct usage usage_now(void)
{
    struct mallinfo2 info = mallinfo2();
    struct usage u = {.blocks = mem_live_blocks(),
                      .bytes = (int64_t)(info.uordblks + info.hblkhd),
                      .descriptors = manners_descriptors(),
                      .threads = manners_threads()};
    if (__sanitizer_get_current_allocated_bytes != NULL) {
        u.bytes = (int64_t)__sanitizer_get_current_allocated_bytes();
    }
    return u;
}

static void compare_usage(struct subject *s, const struct usage *before, uint32_t cycles)
{
    struct usage now = usage_now();
    if (now.blocks > before->blocks) {
        subject_fault(s, "%lld blocks of memory are not freed after %u cycles",
                      (long long)(now.blocks - before->blocks), cycles);
    } else if (now.bytes > before->bytes + GROWTH_BYTES) {
        subject_fault(s, "memory grows by %lld bytes in %u cycles",
                      (long long)(now.bytes - before->bytes), cycles);
    }
    if (now.descriptors > before->descriptors) {
        subject_fault(s, "%u file descriptors are not closed after %u cycles",
                      now.descriptors - before->descriptors, cycles);
    }
    if (now.threads > before->threads + 1) {
        subject_fault(s, "%u threads are still there after %u cycles",
                      now.threads - before->threads, cycles);
    }
}

// Runs `cycle` s->cycles times, or as often as there is time for, at least to get warm.
static void cycle_all(struct subject *s, bool (*cycle)(struct subject *s))
{
    struct usage before = {0};
    uint32_t warm = s->cycles / 4 < WARM_CYCLES ? s->cycles / 4 : WARM_CYCLES;
    uint32_t i = 0;
    for (; i < s->cycles && (i <= 2 * warm || subject_has_time(s)); i++) {
        if (i == warm) {
            before = usage_now();
        }
        if (!cycle(s)) {
            return;
        }
    }
    compare_usage(s, &before, i - warm);
}

static bool create_cycle(struct subject *s)
{
    ends_of(s)->destroy(create(s, "create"));
    return s->n_faults == 0;
}

static bool life_cycle(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    uint64_t digest = 0;
    return subject_good(s, life_once(s, &digest, &err), "a whole life", &err);
}

static bool is_without_data(struct subject *s)
{
    bool is_missing = s->component->kind == PT_KIND_SOURCE && s->request->data == NULL;
    if (is_missing) {
        subject_skip(s, "it needs --data");
    }
    return is_missing;
}

static void check_create_cycles(struct subject *s)
{
    cycle_all(s, create_cycle);
}

static void check_life_cycles(struct subject *s)
{
    if (!is_without_data(s)) {
        cycle_all(s, life_cycle);
    }
}

// --- Failing calls ---

// One failing call and what came of it.
struct failing {
    const char *what;
    uint64_t at;
    uint64_t wanted; // digest of a life without failures
    uint64_t digest;
    int64_t blocks_before;
    pt_status status;
};

// An error of the ABI, or the same result; nothing left behind.
static void judge_failure(struct subject *s, const struct failing *f)
{
    char call[64];
    unsigned long long at = f->at;
    snprintf(call, sizeof call, "with failing %s %llu, a whole life", f->what, at);
    subject_status(s, f->status, call);
    if (f->status == PT_OK && f->digest != f->wanted) {
        subject_fault(s, "failing %s %llu is not told, and the result is another one", f->what, at);
    }
    if (mem_live_blocks() > f->blocks_before) {
        subject_fault(s, "failing %s %llu leaves %lld blocks behind", f->what, at,
                      (long long)(mem_live_blocks() - f->blocks_before));
    }
}

// Every index at first, then fewer and fewer.
static uint64_t next_index(uint64_t at)
{
    return at < 400 ? at + 1 : at + at / 40;
}

// Lives with one failing call each, until none is left to fail.
static void fail_each(struct subject *s, const char *what, void (*arm)(uint64_t at),
                      uint64_t (*calls)(void))
{
    struct pt_error err = ERROR_INIT;
    struct failing f = {.what = what};
    if (is_without_data(s) ||
        !subject_good(s, life_once(s, &f.wanted, &err), "a whole life", &err)) {
        return;
    }
    bool is_hit = true;
    for (f.at = 1; is_hit && f.at < FAILURES_MAX && s->n_faults == 0 && subject_has_time(s);
         f.at = next_index(f.at)) {
        f.digest = 0;
        f.blocks_before = mem_live_blocks();
        subject_at(s, "%s %llu fails", what, (unsigned long long)f.at);
        arm(f.at);
        f.status = life_once(s, &f.digest, &err);
        is_hit = calls() >= f.at;
        arm(0);
        judge_failure(s, &f);
    }
}

static void arm_memory(uint64_t at)
{
    mem_fault_arm(at, false);
}

static void arm_files(uint64_t at)
{
    fsys_fault_arm(at, EIO, false);
}

static void check_allocations(struct subject *s)
{
    fail_each(s, "allocation", arm_memory, mem_fault_calls);
}

static void check_host_calls(struct subject *s)
{
    fail_each(s, "reading of a file, call", arm_files, fsys_fault_calls);
}

// What it gives in a process of its own, it gives in this one.
static void compare_here(struct subject *s, uint64_t wanted)
{
    struct pt_error err = ERROR_INIT;
    uint64_t digest = 0;
    subject_at(s, "a life in this process");
    s->component = s->here;
    if (subject_good(s, life_once(s, &digest, &err), "a life in this process", &err) &&
        digest != wanted) {
        subject_fault(s, "isolated it gives another result than in this process");
    }
}

// The same twice: nothing of one life reaches the next.
static void check_repeat(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    uint64_t digests[2] = {0, 0};
    if (is_without_data(s) ||
        !subject_good(s, life_once(s, &digests[0], &err), "a whole life", &err) ||
        !subject_good(s, life_once(s, &digests[1], &err), "a second life", &err)) {
        return;
    }
    if (digests[0] != digests[1]) {
        subject_fault(s, "the same input gives another result the second time");
    }
    if (s->component != s->here) {
        compare_here(s, digests[0]);
    }
}

// That the options given can be filled is all there is to it.
static void check_configure(struct subject *s)
{
    (void)s;
}

const struct check life_checks[] = {
    {"configure", "it is loaded and its options are filled", check_configure, false},
    {"options", "options take what their rows say and nothing else", check_options, false},
    {"create", "create and destroy, NULL too, two at once", check_create, false},
    {"create-cycles", "1,000 times create and destroy without growth", check_create_cycles, false},
    {"repeat", "the same input gives the same result", check_repeat, false},
    {"life-cycles", "1,000 whole lives without growth", check_life_cycles, false},
    {"allocations", "every failing allocation is a clean error", check_allocations, false},
    {"host-calls", "every failing read of the host is a clean error", check_host_calls, false},
    {NULL, NULL, NULL, false},
};
