// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "clock.h"
#include "json.h"
#include "mem.h"
#include "utf8.h"

#define SECRET_MASK "***"

struct log {
    pthread_mutex_t lock; // guards all below, and keeps lines whole
    FILE *screen;
    enum log_level least;
    bool colour;
    int events;
    int events_errno;
    struct str *secrets; // longest first
    size_t n_secrets;
    size_t secrets_capacity;
    void (*guard)(void *ctx, bool is_before);
    void *guard_ctx;
};

static void lock(const struct log *l)
{
    pthread_mutex_lock((pthread_mutex_t *)&l->lock);
}

static void unlock(const struct log *l)
{
    pthread_mutex_unlock((pthread_mutex_t *)&l->lock);
}

pt_status log_new(FILE *screen, enum log_level least, bool colour, struct log **out,
                  struct pt_error *err)
{
    struct log *l = mem_zero(1, sizeof *l);
    if (l == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the log");
    }
    pthread_mutex_init(&l->lock, NULL);
    l->screen = screen;
    l->least = least;
    l->colour = colour;
    l->events = -1;
    *out = l;
    return PT_OK;
}

void log_set_events(struct log *l, int fd)
{
    lock(l);
    l->events = fd;
    unlock(l);
}

void log_set_guard(struct log *l, void (*guard)(void *ctx, bool is_before), void *ctx)
{
    lock(l);
    l->guard = guard;
    l->guard_ctx = ctx;
    unlock(l);
}

static void print_line(const struct log *l, const char *line)
{
    if (l->guard != NULL) {
        l->guard(l->guard_ctx, true);
    }
    fputs(line, l->screen);
    fflush(l->screen);
    if (l->guard != NULL) {
        l->guard(l->guard_ctx, false);
    }
}

bool log_events_failed(const struct log *l, int *number)
{
    lock(l);
    int first = l->events_errno;
    unlock(l);
    if (number != NULL) {
        *number = first;
    }
    return first != 0;
}

pt_status log_add_secret(struct log *l, struct text secret, struct pt_error *err)
{
    struct str copy = {0};
    if (secret.n == 0) {
        return PT_OK;
    }
    lock(l);
    bool kept = str_add_n(&copy, secret.p, secret.n) &&
                mem_reserve(&l->secrets, &l->secrets_capacity, l->n_secrets + 1, sizeof copy);
    if (kept) {
        size_t i = l->n_secrets++;
        for (; i > 0 && l->secrets[i - 1].n < copy.n; i--) {
            l->secrets[i] = l->secrets[i - 1];
        }
        l->secrets[i] = copy;
    }
    unlock(l);
    if (!kept) {
        str_release(&copy);
        FAIL(err, PT_E_NO_MEMORY, "no memory to mask a secret in the log");
    }
    return PT_OK;
}

// Bytes of the longest secret that `in` starts with, 0 when none.
static size_t secret_at(const struct log *l, struct text in)
{
    for (size_t i = 0; i < l->n_secrets; i++) {
        struct text secret = str_view(&l->secrets[i]);
        if (in.n >= secret.n && memcmp(in.p, secret.p, secret.n) == 0) {
            return secret.n;
        }
    }
    return 0;
}

// Secrets are looked for in the bytes as they came, before anything is escaped.
static bool add_masked(const struct log *l, struct text in, struct str *out)
{
    size_t plain = 0;
    size_t i = 0;
    while (i < in.n) {
        size_t n = secret_at(l, text_n(in.p + i, in.n - i));
        if (n > 0) {
            str_add_n(out, in.p + plain, i - plain);
            str_add(out, SECRET_MASK);
            plain = i + n;
        }
        i += n > 0 ? n : 1;
    }
    return plain < in.n ? str_add_n(out, in.p + plain, in.n - plain) : str_add_n(out, NULL, 0);
}

static bool add_clean(const struct log *l, struct text in, struct str *out)
{
    struct str masked = {0};
    bool done = add_masked(l, in, &masked) && utf8_add_shown(out, str_view(&masked));
    out->failed = out->failed || masked.failed;
    str_release(&masked);
    return done;
}

bool log_clean(const struct log *l, struct text in, struct str *out)
{
    if (l == NULL) {
        return utf8_add_shown(out, in);
    }
    lock(l);
    bool done = add_clean(l, in, out);
    unlock(l);
    return done;
}

static bool needs_quotes(const char *value)
{
    return value[0] == '\0' || strpbrk(value, " \t\r\n\"=") != NULL;
}

static void add_screen_line(const struct log *l, enum log_level level, struct text message,
                            struct str *line)
{
    static const char *const names[] = {"debug: ", "", "warning: ", "error: "};
    static const char *const colours[] = {"\x1b[2m", "", "\x1b[1;33m", "\x1b[1;31m"};
    bool coloured = l->colour && names[level][0] != '\0';
    str_add(line, coloured ? colours[level] : "");
    str_add(line, names[level]);
    str_add(line, coloured ? "\x1b[0m" : "");
    add_clean(l, message, line);
}

static void add_screen_fields(const struct log *l, const struct log_field *fields, size_t n,
                              struct str *line)
{
    for (size_t i = 0; i < n; i++) {
        const char *value = fields[i].value == NULL ? "" : fields[i].value;
        const char *quote = needs_quotes(value) ? "\"" : "";
        str_addf(line, " %s=%s", fields[i].key, quote);
        add_clean(l, text_of(value), line);
        str_add(line, quote);
    }
    str_add_char(line, '\n');
}

static void put_masked(const struct log *l, struct json_writer *w, struct text in)
{
    struct str masked = {0};
    add_masked(l, in, &masked);
    json_put_text(w, str_view(&masked));
    w->out->failed = w->out->failed || masked.failed;
    str_release(&masked);
}

static void add_event_line(const struct log *l, enum log_level level, struct text message,
                           struct str *line)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct json_writer w = json_writer_of(line, false);
    char time[32];
    time_format(clock_now_us(), time);
    json_begin_object(&w);
    json_key(&w, "time");
    json_put_str(&w, time);
    json_key(&w, "level");
    json_put_str(&w, names[level]);
    json_key(&w, "message");
    put_masked(l, &w, message);
}

// Goes on inside the object that add_event_line() opened.
static void add_event_fields(const struct log *l, const struct log_field *fields, size_t n,
                             struct str *line)
{
    if (n > 0) {
        struct json_writer w = json_writer_of(line, false);
        str_add(line, ",\"fields\":");
        json_begin_object(&w);
        for (size_t i = 0; i < n; i++) {
            json_key(&w, fields[i].key);
            put_masked(l, &w, text_of(fields[i].value));
        }
        json_end_object(&w);
    }
    str_add(line, "}\n");
}

// 0 or the errno.
static int write_all(int fd, struct text in)
{
    while (in.n > 0) {
        ssize_t n = write(fd, in.p, in.n);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            in = text_n(in.p + n, in.n - (size_t)n);
        }
    }
    return 0;
}

static void send_event(struct log *l, const struct str *line)
{
    int failed = line->failed ? ENOMEM : write_all(l->events, str_view(line));
    if (failed != 0 && l->events_errno == 0) {
        char reason[128] = "";
        l->events_errno = failed;
        char warning[192];
        snprintf(warning, sizeof warning, "warning: cannot write the event log: %s\n",
                 strerror_r(failed, reason, sizeof reason));
        print_line(l, warning);
    }
}

void log_write(struct log *l, enum log_level level, const struct log_field *fields, size_t n,
               const char *format, ...)
{
    if (l == NULL) {
        return;
    }
    struct str message = {0};
    struct str line = {0};
    va_list args;
    va_start(args, format);
    str_vaddf(&message, format, args);
    va_end(args);
    lock(l);
    if (level >= l->least) {
        add_screen_line(l, level, str_view(&message), &line);
        add_screen_fields(l, fields, n, &line);
        bool lost = message.failed || line.failed;
        print_line(l, lost ? "warning: a log line is lost, no memory\n" : str_get(&line));
    }
    if (l->events >= 0) {
        str_reset(&line);
        add_event_line(l, level, str_view(&message), &line);
        add_event_fields(l, fields, n, &line);
        line.failed = line.failed || message.failed;
        send_event(l, &line);
    }
    unlock(l);
    str_release(&message);
    str_release(&line);
}

void log_free(struct log *l)
{
    if (l == NULL) {
        return;
    }
    for (size_t i = 0; i < l->n_secrets; i++) {
        explicit_bzero(l->secrets[i].p, l->secrets[i].n);
        str_release(&l->secrets[i]);
    }
    mem_free(l->secrets);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}
