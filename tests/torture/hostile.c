// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// hostile: a source that tries what an isolated plugin may not, as its option `deed` says, while it
// plans. One row in one split: `answer` tells what came of it, "granted" or "refused".
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "pt_batch.h"
#include "pt_export.h"

struct config {
    const char *deed;
    const char *path;
};

static const pt_option option_deed = {.struct_size = sizeof option_deed,
                                      .type = PT_OPT_STRING,
                                      .offset = offsetof(struct config, deed),
                                      .name = "deed",
                                      .help = "What to try.",
                                      .default_text = "nothing",
                                      .example = "read"};
static const pt_option option_path = {.struct_size = sizeof option_path,
                                      .type = PT_OPT_STRING,
                                      .offset = offsetof(struct config, path),
                                      .name = "path",
                                      .help = "Which file to try it on.",
                                      .default_text = "/etc/passwd",
                                      .example = "/etc/passwd"};
static const pt_option *const options[] = {&option_deed, &option_path};

static const struct pt_field field = {"answer", PT_CELL_UTF8, NULL};

struct source {
    const pt_host *host;
    const struct config *config;
    bool is_granted;
};

struct reader {
    const struct source *source;
    const pt_split_run *run;
    struct pt_batch batch;
    bool is_done;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct source *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a source");
    }
    *s = (struct source){.host = host, .config = config};
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s != NULL) {
        pt_mem_free(s->host, s);
    }
}

static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    const struct source *s = self;
    struct ArrowSchema schema;
    pt_status status = pt_schema_build(s->host, &field, 1, &schema);
    if (status != PT_OK) {
        return pt_fail(s->host, err, status, NULL, "no memory for a schema");
    }
    return out->schema(out->ctx, &schema, err);
}

static pt_status bind_columns(void *self, pt_bytes state, const pt_column_list *columns,
                              pt_error *err)
{
    (void)self;
    (void)state;
    (void)columns;
    (void)err;
    return PT_OK;
}

static bool try_open(const struct source *s, int flags)
{
    int fd = open(s->config->path, flags, 0600);
    return fd >= 0 && close(fd) == 0;
}

static bool try_socket(const struct source *s)
{
    (void)s;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && close(fd) == 0;
}

static bool try_fork(const struct source *s)
{
    (void)s;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static bool try_exec(const struct source *s)
{
    (void)s;
    char *const arguments[] = {(char *)(uintptr_t)"true", NULL};
    return execve("/bin/true", arguments, NULL) == 0;
}

static bool try_code(const struct source *s)
{
    (void)s;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static bool try_ptrace(const struct source *s)
{
    (void)s;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool try_kill(const struct source *s)
{
    (void)s;
    return kill(getppid(), 0) == 0;
}

static bool try_limits(const struct source *s)
{
    (void)s;
    const struct rlimit more = {1 << 20, 1 << 20};
    return setrlimit(RLIMIT_NOFILE, &more) == 0;
}

static bool try_secret(const struct source *s)
{
    pt_bytes bytes;
    return s->host->secret_get(s->host, 1, &bytes, NULL) == PT_OK;
}

static bool try_read(const struct source *s)
{
    return try_open(s, O_RDONLY);
}

static bool try_write(const struct source *s)
{
    return try_open(s, O_WRONLY | O_CREAT);
}

static bool try_environment(const struct source *s)
{
    (void)s;
    extern char **environ;
    return environ != NULL && environ[0] != NULL;
}

static int open_in(const char *folder, const char *name, int flags)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, flags, 0600);
}

static const char *temp_folder(const struct source *s)
{
    const char *folder = "";
    return s->host->temp_dir(s->host, &folder, NULL) == PT_OK ? folder : "";
}

// What a temporary file is for: written, found, read back, removed.
static bool use_temp(const struct source *s)
{
    const char *folder = temp_folder(s);
    char path[512];
    char back[6] = "";
    struct stat facts;
    snprintf(path, sizeof path, "%s/file-XXXXXX", folder);
    int fd = mkstemp(path);
    bool is_written = fd >= 0 && write(fd, "hello", 6) == 6 && close(fd) == 0;
    bool is_found = stat(folder, &facts) == 0 && S_ISDIR(facts.st_mode) &&
                    stat(path, &facts) == 0 && facts.st_size == 6 && access(path, R_OK) == 0;
    fd = open(path, O_RDONLY);
    bool is_read =
        fd >= 0 && read(fd, back, 6) == 6 && strcmp(back, "hello") == 0 && close(fd) == 0;
    bool is_removed = unlink(path) == 0 && access(path, F_OK) != 0 && errno == ENOENT &&
                      open_in(folder, "none", O_RDONLY) < 0 && errno == ENOENT;
    return is_written && is_found && is_read && is_removed;
}

// Leaves a file, and tries all ways out of the folder.
static bool leave_temp(const struct source *s)
{
    static const char *const names[] = {"..", ".", "", "../x", "a/b", "/etc/passwd"};
    const char *folder = temp_folder(s);
    int left = open_in(folder, "left", O_WRONLY | O_CREAT);
    bool is_out = left < 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        is_out = is_out || open_in(folder, names[i], O_RDONLY) >= 0 ||
                 open_in(folder, names[i], O_RDWR | O_CREAT) >= 0;
    }
    return is_out || mkdir(folder, 0700) == 0 || open_in(folder, "x", O_TMPFILE | O_RDWR) >= 0;
}

static bool fill_temp(const struct source *s)
{
    const char *folder = temp_folder(s);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        int fd = open_in(folder, name, O_WRONLY | O_CREAT);
        if (fd < 0) {
            return i != 16 || errno != EMFILE;
        }
        close(fd);
    }
    return true;
}

static bool crash(const struct source *s)
{
    (void)s;
    raise(SIGSEGV);
    return false;
}

static bool abort_process(const struct source *s)
{
    (void)s;
    abort();
}

static bool exit_process(const struct source *s)
{
    (void)s;
    _exit(0);
}

static bool hang(const struct source *s)
{
    (void)s;
    const struct timespec day = {86400, 0};
    return nanosleep(&day, NULL) == 0;
}

static bool spin(const struct source *s)
{
    volatile uint64_t turns = 1;
    (void)s;
    while (turns != 0) {
        turns++;
    }
    return false;
}

// Keeps talking, so that silence alone would not end it.
static bool chatter(const struct source *s)
{
    while (s->host->now_ms(s->host) != 0) {
    }
    return false;
}

static bool eat_memory(const struct source *s)
{
    (void)s;
    const size_t size = (size_t)64 << 20;
    char *block = NULL;
    while ((block = malloc(size)) != NULL) {
        for (size_t i = 0; i < size; i += 4096) {
            ((volatile char *)block)[i] = 1;
        }
    }
    abort();
}

static bool close_all(const struct source *s)
{
    (void)s;
    for (int fd = 0; fd < 64; fd++) {
        close(fd);
    }
    return hang(s);
}

// Over the channel of the process it lives in: what no host would take for a message.
static bool forge(const struct source *s)
{
    static const char nonsense[4096] = "these are no bytes of a message";
    (void)s;
    return write(3, nonsense, sizeof nonsense) < 0;
}

static const struct {
    const char *name;
    bool (*try)(const struct source *s);
} deeds[] = {
    {"read", try_read},
    {"write", try_write},
    {"socket", try_socket},
    {"fork", try_fork},
    {"exec", try_exec},
    {"code", try_code},
    {"ptrace", try_ptrace},
    {"kill", try_kill},
    {"limits", try_limits},
    {"secret", try_secret},
    {"environment", try_environment},
    {"temp", use_temp},
    {"temp left", leave_temp},
    {"temp full", fill_temp},
    {"crash", crash},
    {"abort", abort_process},
    {"exit", exit_process},
    {"hang", hang},
    {"spin", spin},
    {"chatter", chatter},
    {"memory", eat_memory},
    {"close", close_all},
    {"forge", forge},
};

static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    struct source *s = self;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(s->config->deed, deeds[i].name) == 0) {
            s->is_granted = deeds[i].try(s);
        }
    }
    const pt_split split = {
        .struct_size = sizeof split, .id = "only", .data = {(const uint8_t *)"x", 1}};
    return request->emit(request->ctx, &split, err);
}

static pt_status next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    (void)message;
    (void)capacity;
    out->release = NULL;
    if (r->is_done) {
        return PT_OK;
    }
    r->is_done = true;
    const char *answer = r->source->is_granted ? "granted" : "refused";
    pt_column_text(&r->batch.columns[0], answer, 7);
    pt_status status = r->run->counted(r->run->ctx, 1, 1, r->run->err);
    return status == PT_OK ? pt_batch_finish(&r->batch, 1, out) : status;
}

static pt_status schema(void *self, struct ArrowSchema *out, char *message, uint64_t capacity)
{
    const struct reader *r = self;
    (void)message;
    (void)capacity;
    return pt_schema_build(r->source->host, &field, 1, out);
}

static void close_reader(void *self)
{
    struct reader *r = self;
    const pt_host *host = r->source->host;
    pt_batch_release(&r->batch);
    pt_mem_free(host, r);
}

static const struct pt_export_ops stream_ops = {
    .schema = schema, .next = next, .free = close_reader};

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    const struct source *s = self;
    struct reader *r = pt_mem_zero(s->host, 1, sizeof *r);
    (void)split;
    if (r == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for a split");
    }
    r->source = s;
    r->run = run;
    pt_status status = pt_batch_init(&r->batch, s->host, &field, 1, run->batch_rows);
    if (status == PT_OK) {
        status = pt_export_stream(s->host, &stream_ops, r, out);
    }
    if (status != PT_OK) {
        close_reader(r);
        return pt_fail(s->host, err, status, NULL, "no memory for a stream");
    }
    return PT_OK;
}

static const pt_source_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .discover = discover,
    .bind = bind_columns,
    .plan = plan,
    .open = open_split,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_SOURCE,
    .name = "hostile",
    .summary = "Tries what it may not.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct config),
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "test.hostile",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A source that tries what it may not.",
    .components = components,
};

PT_PLUGIN(plugin, "test.hostile", 0)
