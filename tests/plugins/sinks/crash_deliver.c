// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The longer crash loop: whole campaigns through the real webhook plugin to a receiver on bad days
// (500, 429, lost and slow answers), the sender killed by SIGKILL at random instants until the
// asked number of kills is reached. Then: planned = processed, each delivery once at a receiver
// that keeps ids, no message ever changed, every signature valid.
//
//     crash_deliver KILLS [SEED]
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "json.h"
#include "map.h"
#include "receiver.h"
#include "scratch.h"
#include "sink_bench.h"

#define PEOPLE 300
#define BATCH 10
#define SECRET_BASE64 "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static void must(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "crash_deliver: %s\n", what);
        exit(1);
    }
}

struct campaign {
    char folder[128];
    char wave[32];
    char url[64];
};

static void nap(void *ctx, uint64_t ms)
{
    (void)ctx;
    struct timespec pause = {0, (long)ms * 1000000};
    nanosleep(&pause, NULL);
}

static void configure(struct sink_bench *b, const struct campaign *c)
{
    char yaml[512];
    sink_bench_init(b, "webhook");
    b->secret_names[0] = "hook_key";
    b->secret_values[0] = "whsec_" SECRET_BASE64;
    snprintf(yaml, sizeof yaml,
             "url: %s\nallow_http: true\nallow_private: true\nbatch: %d\nmax_attempts: 20\n"
             "signing_key: ${secret:hook_key}\n",
             c->url, BATCH);
    sink_bench_create(b, yaml);
}

static pt_status freeze(struct sink_bench *b, const struct campaign *c, struct pt_error *err)
{
    struct people p;
    struct export_column columns[4] = {0};
    struct delivery_freezer *f = NULL;
    people_init(&p, PEOPLE, "C%06zu");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    job.wave = c->wave;
    pt_status status = delivery_freezer_new(c->folder, "run1", &f, err);
    if (status == PT_OK) {
        status = export_bodies(&job, f, err);
    }
    if (status == PT_OK) {
        status = delivery_freezer_commit(f, err);
    }
    delivery_freezer_free(f);
    people_release(&p);
    return status;
}

// One life of the sender, as `run` and then `deliver` would have it.
static pt_status live(const struct campaign *c, struct pt_error *err)
{
    static struct sink_bench b;
    struct delivery_report report;
    configure(&b, c);
    b.now_ms = 1748736000000;
    if (delivery_status(c->folder, &report, err) == PT_E_NOT_FOUND) {
        TRY(freeze(&b, c, err));
    }
    struct delivery_options options = DELIVERY_OPTIONS_INIT;
    options.sink = b.sink;
    options.self = b.self;
    options.clock.sleep_ms = nap;
    options.backoff_ms = 2;
    options.backoff_max_ms = 4;
    options.retry_exhausted = true;
    TRY(delivery_send(c->folder, &options, &report, err));
    return delivery_is_complete(&report) ? PT_OK : PT_E_NETWORK;
}

static pid_t sender_start(const struct campaign *c)
{
    pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0) {
        struct pt_error err = ERROR_INIT;
        pt_status status = live(c, &err);
        if (status != PT_OK) {
            fprintf(stderr, "sender: %s\n", err.message);
        }
        _exit(status == PT_OK ? 0 : 1);
    }
    return pid;
}

// True when the sender lived to the end.
static bool sender_end(pid_t pid)
{
    int how = 0;
    must(waitpid(pid, &how, 0) == pid, "waitpid");
    must(WIFSIGNALED(how) ? WTERMSIG(how) == SIGKILL : WEXITSTATUS(how) == 0, "a sender failed");
    return !WIFSIGNALED(how);
}

static bool life(const struct campaign *c, uint64_t us)
{
    pid_t pid = sender_start(c);
    struct timespec pause = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&pause, NULL);
    kill(pid, SIGKILL);
    return sender_end(pid);
}

// Microseconds a sender needs that nobody kills: this build's and this machine's measure.
static uint64_t whole_life_us(const struct campaign *c)
{
    struct timespec start;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    must(sender_end(sender_start(c)), "the first sender was killed");
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (uint64_t)(end.tv_sec - start.tv_sec) * 1000000 +
           (uint64_t)((end.tv_nsec - start.tv_nsec) / 1000) + 1;
}

static struct campaign campaign_at(const struct scratch *s, const struct receiver *r, unsigned wave)
{
    struct campaign c;
    snprintf(c.folder, sizeof c.folder, "%s/hook%u", s->folder, wave);
    snprintf(c.wave, sizeof c.wave, "wave-%u", wave);
    snprintf(c.url, sizeof c.url, "%s", r->url);
    return c;
}

static void check_signature(const struct receiver *r, unsigned i)
{
    const struct receiver_request *request = receiver_at(r, i);
    struct str key = {0};
    struct str message = {0};
    struct str expected = {0};
    uint8_t mac[SHA256_BYTES];
    str_addf(&message, "%s.%s.", request->id, request->timestamp);
    str_add_n(&message, receiver_body(r, i), request->size);
    str_add(&expected, "v1,");
    must(base64_decode(text_of(SECRET_BASE64), &key) &&
             hmac_sha256(str_view(&key), str_view(&message), mac, NULL) == PT_OK &&
             base64_encode(mac, sizeof mac, &expected),
         "cannot verify a signature");
    must(strcmp(request->signature, str_get(&expected)) == 0, "a signature is wrong");
    str_release(&key);
    str_release(&message);
    str_release(&expected);
}

// Takes a message as a receiver that keeps ids: its deliveries count the first time only.
static void take_message(const struct receiver *r, unsigned i, struct map *messages,
                         struct map *deliveries)
{
    const struct receiver_request *request = receiver_at(r, i);
    struct text body = text_n(receiver_body(r, i), request->size);
    bool is_new = false;
    uint64_t *first = map_put(messages, text_of(request->id), &is_new);
    must(first != NULL, "memory");
    if (!is_new) {
        const struct receiver_request *before = receiver_at(r, (unsigned)*first);
        must(text_equal(body, text_n(receiver_body(r, (unsigned)*first), before->size)),
             "a message changed");
        return;
    }
    *first = i;
    struct json *root = NULL;
    must(json_parse(body, &root, NULL) == PT_OK, "a message is no JSON");
    const struct json *data = json_get(root, "data");
    for (size_t k = 0; k < json_count(data); k++) {
        const char *id = json_text(json_get(json_at(data, k), "id"));
        uint64_t *times = map_put(deliveries, text_of(id), NULL);
        must(times != NULL, "memory");
        (*times)++;
    }
    json_free(root);
}

static void check_planned(const struct map *deliveries, const char *wave)
{
    const struct delivery_key key = {"shop", "spring", "test", wave};
    for (int i = 0; i < PEOPLE; i++) {
        char name[16];
        char id[DELIVERY_ID_CHARS];
        snprintf(name, sizeof name, "C%06d", i);
        must(delivery_id(&key, text_of(name), id, NULL) == PT_OK, "an id");
        const uint64_t *times = map_get(deliveries, text_of(id));
        must(times != NULL, "a delivery is lost");
        must(*times == 1, "a delivery was processed twice");
    }
}

int main(int argc, char **argv)
{
    unsigned wanted = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20250601;
    unsigned kills = 0;
    unsigned waves = 0;
    struct scratch s;
    struct receiver r;
    scratch_init(&s);
    receiver_init(&r);
    r.shared->chaos = seed | 1;
    receiver_start(&r);
    struct campaign c = campaign_at(&s, &r, waves++);
    uint64_t whole_us = whole_life_us(&c);
    while (kills < wanted) {
        c = campaign_at(&s, &r, waves++);
        bool lived = false;
        while (!lived) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            lived = life(&c, (seed >> 33) % whole_us);
            kills += !lived;
        }
    }
    struct map messages = {0};
    struct map deliveries = {0};
    for (unsigned i = 0; i < receiver_count(&r); i++) {
        check_signature(&r, i);
        take_message(&r, i, &messages, &deliveries);
    }
    for (unsigned w = 0; w < waves; w++) {
        char wave[32];
        snprintf(wave, sizeof wave, "wave-%u", w);
        check_planned(&deliveries, wave);
    }
    must(deliveries.n == (size_t)waves * PEOPLE, "a delivery nobody planned");
    printf("kills=%u campaigns=%u planned=%zu processed=%zu messages=%zu requests=%u\n", kills,
           waves, (size_t)waves * PEOPLE, deliveries.n, messages.n, receiver_count(&r));
    map_release(&messages);
    map_release(&deliveries);
    receiver_stop(&r);
    scratch_release(&s);
    return 0;
}
