// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Isolated plugins that try what they may not, and what becomes of the host.
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "child.h"
#include "config.h"
#include "host.h"
#include "isolate.h"
#include "mem.h"
#include "source_instance.h"

#define CALL_MS 20000 // longer than a loaded machine needs for anything

struct fixture {
    struct registry *registry;
    struct isolation isolation;
    char program[1024];
    char temp[32]; // folder for temporary files
};

static struct fixture shared;

// A host that keeps what is logged.
struct listening {
    pt_host host;
    char log[4096];
    uint8_t is_cancelled;
};

static void keep_log(const pt_host *host, pt_log_level level, const char *message,
                     const pt_log_field *fields, uint32_t n_fields)
{
    struct listening *l = host->ctx;
    (void)level;
    (void)fields;
    (void)n_fields;
    size_t n = strlen(l->log);
    snprintf(l->log + n, sizeof l->log - n, "%s\n", message);
}

static uint8_t is_cancelled(const pt_host *host)
{
    const struct listening *l = host->ctx;
    return l->is_cancelled;
}

static pt_status give_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    (void)host;
    (void)handle;
    (void)err;
    *out = (pt_bytes){(const uint8_t *)"canary", 6};
    return PT_OK;
}

static pt_status give_temp_dir(const pt_host *host, const char **path, pt_error *err)
{
    (void)host;
    (void)err;
    *path = shared.temp;
    return PT_OK;
}

static void listen_init(struct listening *l)
{
    *l = (struct listening){0};
    host_table_init(&l->host, l);
    l->host.log = keep_log;
    l->host.cancelled = is_cancelled;
    l->host.secret_get = give_secret;
    l->host.temp_dir = give_temp_dir;
}

static pt_status take_begin(void *ctx, uint32_t ordinal, void **split, struct pt_error *err)
{
    (void)ordinal;
    (void)err;
    *split = ctx;
    return PT_OK;
}

static pt_status take_rows(void *ctx, const struct vec *columns, size_t n_rows, uint64_t first_row,
                           struct pt_error *err)
{
    char *answer = ctx;
    (void)first_row;
    (void)err;
    struct text text = vec_text(&columns[0], 0);
    snprintf(answer, 16, "%.*s", n_rows == 0 ? 0 : (int)text.n, text.p);
    return PT_OK;
}

static pt_status take_end(void *ctx, bool is_whole, struct pt_error *err)
{
    (void)ctx;
    (void)is_whole;
    (void)err;
    return PT_OK;
}

static pt_status read_answer(struct source_instance *s, char answer[16], struct pt_error *err)
{
    struct pool *pool = NULL;
    struct source_counts counts = {0};
    const uint8_t used[] = {1};
    TRY(source_instance_bind(s, used, err));
    TRY(pool_new(1, &pool, err));
    const struct source_read read = {.source = s,
                                     .name = "x",
                                     .pool = pool,
                                     .max_record = 1 << 20,
                                     .taker = {answer, take_begin, take_rows, take_end}};
    pt_status status = source_read_all(&read, &counts, err);
    quarantine_free(counts.rejects);
    pool_free(pool);
    return status;
}

static struct config *config_for(const struct component_info *c, const char *deed, const char *path)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct config *config = NULL;
    struct node keys[2] = {{.kind = NODE_SCALAR, .text = text_of("deed")},
                           {.kind = NODE_SCALAR, .text = text_of("path")}};
    struct node values[2] = {{.kind = NODE_SCALAR, .text = text_of(deed)},
                             {.kind = NODE_SCALAR, .text = text_of(path)}};
    struct node_pair pairs[2] = {{&keys[0], &values[0]}, {&keys[1], &values[1]}};
    const struct node with = {.kind = NODE_MAP, .pairs = pairs, .n = 2};
    const struct config_request request = {.component = c, .with = &with, .owner = "hostile"};
    assert_int_equal(config_fill(&request, &diags, &config), PT_OK);
    diags_release(&diags);
    arena_release(&arena);
    return config;
}

struct outcome {
    pt_status status;
    struct pt_error err;
    char answer[16];
    struct listening host;
};

// The instance of a life, in *s when o->status is PT_OK.
static void open_life(const char *deed, const char *path, struct source_instance *s,
                      struct outcome *o)
{
    *o = (struct outcome){0};
    listen_init(&o->host);
    const struct component_info *c =
        registry_find(shared.registry, PT_KIND_SOURCE, "hostile", &o->err);
    assert_non_null(c);
    assert_true(c->plugin->is_isolated);
    struct config *config = config_for(c, deed, path);
    o->status = source_instance_open(s, c, config, &o->host.host, NULL, &o->err);
}

// A life that may end at any step.
static void run_or_fail(const char *deed, const char *path, struct outcome *o)
{
    struct source_instance s = {0};
    open_life(deed, path, &s, o);
    if (o->status == PT_OK) {
        o->status = read_answer(&s, o->answer, &o->err);
        source_instance_close(&s);
    }
}

static void run_with(const char *deed, const char *path, bool is_cancelled_early, struct outcome *o)
{
    struct source_instance s = {0};
    open_life(deed, path, &s, o);
    assert_int_equal(o->status, PT_OK);
    o->host.is_cancelled = is_cancelled_early;
    o->status = read_answer(&s, o->answer, &o->err);
    source_instance_close(&s);
}

static void run_deed(const char *deed, struct outcome *o)
{
    run_with(deed, "/etc/passwd", false, o);
}

static void test_isolate__refuses_and_names(void **state)
{
    (void)state;
    static const char *const refused[][2] = {
        {"read", "tried openat /etc/passwd"}, {"write", "tried openat /etc/passwd"},
        {"socket", "tried socket"},           {"fork", "tried clone"},
        {"exec", "tried execve /bin/true"},   {"code", "tried mmap"},
        {"ptrace", "tried ptrace"},           {"kill", "tried getppid"},
        {"limits", "tried prlimit64"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct outcome o;
        run_deed(refused[i][0], &o);
        assert_int_equal(o.status, PT_OK);
        assert_string_equal(o.answer, "refused");
        if (strstr(o.host.log, refused[i][1]) == NULL) {
            fail_msg("%s: the log says: %s", refused[i][0], o.host.log);
        }
        assert_non_null(strstr(o.host.log, "plugin `hostile` (test.hostile 0.1.0)"));
    }
}

static void test_isolate__gives_nothing_away(void **state)
{
    (void)state;
    struct outcome o;
    run_deed("secret", &o); // a secret of somebody else
    assert_string_equal(o.answer, "refused");
    run_deed("environment", &o);
    assert_string_equal(o.answer, "refused");
    run_deed("nothing", &o);
    assert_int_equal(o.status, PT_OK);
    assert_string_equal(o.host.log, "");
}

// What its manifest asks for, and what the operator allows; NULL = nothing.
static void grant(const char *const *asked, const char *const *allowed)
{
    struct plugin_info *plugin =
        (struct plugin_info *)(uintptr_t)registry_look(shared.registry, PT_KIND_SOURCE, "hostile")
            ->plugin;
    plugin->grant.reads = asked;
    plugin->grant.n_reads = asked != NULL;
    shared.isolation.settings.reads = allowed;
    shared.isolation.settings.n_reads = allowed != NULL;
}

static void test_isolate__a_manifest_grants_itself_nothing(void **state)
{
    (void)state;

    static const struct {
        const char *asked;
        const char *allowed;
        const char *answer;
    } tries[] = {
        {"/etc", NULL, "refused"},          {NULL, "/etc", "refused"},
        {"/etc", "/usr", "refused"},        {"/etc", "/et", "refused"},
        {"/etc/passwd", "/etc", "granted"}, {"/etc", "/etc/passwd", "granted"},
        {"/etc", "/etc/group", "refused"}, // the narrower one
        {"/", "/etc/", "granted"},
    };

    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct outcome o;
        grant(tries[i].asked == NULL ? NULL : &tries[i].asked,
              tries[i].allowed == NULL ? NULL : &tries[i].allowed);
        run_deed("read", &o);
        assert_int_equal(o.status, PT_OK);
        assert_string_equal(o.answer, tries[i].answer);
        bool is_told = strstr(o.host.log, "not allowed (--allow-read /etc)") != NULL;
        assert_int_equal(is_told, i == 0 || i == 2 || i == 3);
    }
    grant(NULL, NULL);
}

static void test_isolate__a_granted_path_can_be_read(void **state)
{
    (void)state;
    struct outcome o;
    static const char *const paths[] = {"/etc"};
    grant(paths, paths);
    run_deed("read", &o);
    assert_string_equal(o.answer, "granted");
    run_deed("write", &o);
    assert_string_equal(o.answer, "refused");
    run_with("read", "/proc/self/maps", false, &o); // not below it
    assert_string_equal(o.answer, "refused");
    assert_non_null(strstr(o.host.log, "tried openat /proc/self/maps"));
    run_deed("temp", &o); // beside temporary files
    assert_string_equal(o.answer, "granted");
    grant(NULL, NULL);
}

static size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        n++;
    }
    closedir(dir);
    return n;
}

static void test_isolate__temporary_files_are_its_own(void **state)
{
    (void)state;
    static const char *const deeds[][2] = {
        {"temp", "granted"}, {"temp left", "refused"}, {"temp full", "refused"}};
    size_t before = files_in(shared.temp);
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        struct outcome o;
        run_deed(deeds[i][0], &o);
        assert_int_equal(o.status, PT_OK);
        assert_string_equal(o.answer, deeds[i][1]);
        assert_int_equal(files_in(shared.temp), before); // nothing stays
    }
}

static void test_isolate__its_end_is_told(void **state)
{
    (void)state;
    static const char *const ends[][2] = {
        {"exit", "ended by itself (exit code 0) while planning splits"},
        {"close", "closed its channel while planning splits"},
        {"hang", "hung"},
        {"spin", "hung"},
        {"chatter", "hung"},
        {"forge", "sent no message"},
        {"crash", "crashed (SIGSEGV) while planning splits"},
        {"abort", "crashed (SIGABRT) while planning splits"},
        {"memory", "crashed (SIGABRT)"},
    };
    // The shadow memory of a sanitizer leaves no room for a limit of address space: no "memory".
    size_t n = sizeof ends / sizeof ends[0] - (child_is_sanitized() ? 1 : 0);
    for (size_t i = 0; i < n; i++) {
        struct outcome o;
        shared.isolation.settings.call_ms = strcmp(ends[i][1], "hung") == 0 ? 150 : CALL_MS;
        run_deed(ends[i][0], &o);
        shared.isolation.settings.call_ms = CALL_MS;
        assert_int_equal(o.status, PT_E_INTERNAL);
        if (strstr(o.err.message, ends[i][1]) == NULL) {
            fail_msg("%s: %s", ends[i][0], o.err.message);
        }
        assert_non_null(strstr(o.err.message, "plugin `hostile` (test.hostile 0.1.0)"));
    }
}

static void test_isolate__a_stop_ends_a_plugin_that_does_not(void **state)
{
    (void)state;
    struct outcome o;
    run_with("hang", "x", true, &o);
    assert_int_equal(o.status, PT_E_CANCELLED);
}

static size_t open_files(void)
{
    return files_in("/proc/self/fd");
}

static long resident_pages(void)
{
    long size = 0;
    long resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
    fclose(f);
    return resident;
}

static void test_isolate__thousand_cycles_leave_nothing(void **state)
{
    (void)state;
    struct outcome o;
    for (int i = 0; i < 50; i++) {
        run_deed(i % 10 == 9 ? "exit" : "nothing", &o);
    }
    int64_t blocks = mem_live_blocks();
    size_t files = open_files();
    long pages = resident_pages();
    for (int i = 0; i < 950; i++) {
        run_deed(i % 100 == 99 ? "exit" : "nothing", &o);
    }
    assert_int_equal(mem_live_blocks(), blocks);
    assert_int_equal(open_files(), files);
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(resident_pages() < pages + 256); // 1 MiB
#endif
    (void)pages;
}

// Every allocation of the host fails once: a clean error, nothing left.
static void sweep(const char *deed)
{
    const struct component_info *c =
        registry_find(shared.registry, PT_KIND_SOURCE, "hostile", NULL);
    int64_t before = mem_live_blocks();
    size_t files = open_files();
    for (uint64_t at = 1;; at++) {
        struct listening l;
        struct source_instance s = {0};
        struct pt_error err = ERROR_INIT;
        char answer[16] = "";
        listen_init(&l);
        struct config *config = config_for(c, deed, "x");
        mem_fault_arm(at, false);
        pt_status status = source_instance_open(&s, c, config, &l.host, NULL, &err);
        if (status == PT_OK) {
            status = read_answer(&s, answer, &err);
            source_instance_close(&s);
        }
        bool is_through = mem_fault_calls() < at;
        mem_fault_arm(0, false);
        assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
        assert_int_equal(mem_live_blocks(), before);
        if (is_through) {
            assert_int_equal(status, PT_OK);
            break;
        }
    }
    assert_int_equal(open_files(), files);
}

static void test_isolate__out_of_memory(void **state)
{
    (void)state;
    sweep("nothing");
    sweep("temp left");
    assert_int_equal(files_in(shared.temp), 2); // itself and its parent
}

// A child whose messages lie (liar.c): whatever comes of it, the host goes on and keeps nothing.
static void test_isolate__lies_in_messages_are_harmless(void **state)
{
    (void)state;
    static const char *const deeds[] = {"nothing", "temp", "read", "secret"};
    const char *wanted = getenv("LYING_CHILDREN");
    long rounds = wanted == NULL ? 200 : strtol(wanted, NULL, 10);
    char liar[1024];
    long told = 0;
    snprintf(liar, sizeof liar, "%s/tests/liar", getenv("PORTRAIT_BUILD"));
    int64_t blocks = mem_live_blocks();
    size_t files = open_files();
    shared.isolation.settings.program = liar;
    shared.isolation.settings.call_ms = 200; // a lie about a length may be a wait
    for (long i = 0; i < rounds; i++) {
        struct outcome o;
        char seed[32];
        snprintf(seed, sizeof seed, "seed=%ld", i);
        run_or_fail(deeds[i % 4], seed, &o);
        assert_true(o.status == PT_OK || o.err.message[0] != '\0');
        told += o.status != PT_OK;
        assert_int_equal(mem_live_blocks(), blocks);
        assert_int_equal(open_files(), files);
        assert_int_equal(files_in(shared.temp), 2);
    }
    shared.isolation.settings.program = shared.program;
    shared.isolation.settings.call_ms = CALL_MS;
    print_message("%ld of %ld lying children found out\n", told, rounds);
    assert_true(told > rounds / 4);
}

static int set_up(void **state)
{
    (void)state;
    char folder[1024];
    struct pt_error err = ERROR_INIT;
    const char *build = getenv("PORTRAIT_BUILD");
    snprintf(folder, sizeof folder, "%s/tests/torture-plugins", build);
    strcpy(shared.temp, "/tmp/portrait-test-XXXXXX");
    assert_non_null(mkdtemp(shared.temp));
    snprintf(shared.program, sizeof shared.program, "%s/libexec/portrait-plugin-host", build);
    const struct registry_folder folders[] = {{.path = folder, .is_extra = true}};
    if (registry_open(folders, 1, &shared.registry, &err) != PT_OK) {
        return -1;
    }
    const struct isolate_settings settings = {
        .program = shared.program, .call_ms = CALL_MS, .memory_bytes = (uint64_t)256 << 20};
    isolation_init(&shared.isolation, &settings);
    registry_isolate(shared.registry, &shared.isolation.proxy);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    registry_free(shared.registry);
    return rmdir(shared.temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_isolate__refuses_and_names),
        cmocka_unit_test(test_isolate__gives_nothing_away),
        cmocka_unit_test(test_isolate__a_granted_path_can_be_read),
        cmocka_unit_test(test_isolate__a_manifest_grants_itself_nothing),
        cmocka_unit_test(test_isolate__temporary_files_are_its_own),
        cmocka_unit_test(test_isolate__its_end_is_told),
        cmocka_unit_test(test_isolate__a_stop_ends_a_plugin_that_does_not),
        cmocka_unit_test(test_isolate__thousand_cycles_leave_nothing),
        cmocka_unit_test(test_isolate__out_of_memory),
        cmocka_unit_test(test_isolate__lies_in_messages_are_harmless),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
