// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A webhook receiver on loopback, in a process of its own, so that a test may kill the sender at
// any instant. It keeps every request it read in memory shared with the test, and answers by a
// script: one step a request, 200 when the script is over.
#ifndef PORTRAIT_TESTS_CAMPAIGN_RECEIVER_H
#define PORTRAIT_TESTS_CAMPAIGN_RECEIVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RECEIVER_STEPS 64
#define RECEIVER_REQUESTS 32768
#define RECEIVER_BYTES ((size_t)64 << 20)

// What to do with a request, once it is read in full.
struct receiver_step {
    int status;       // 0 = close without an answer: accepted, but nobody learns it
    int delay_ms;     // before answering
    char header[128]; // one more header line, "" = none
    int body_bytes;   // of the answer
};

struct receiver_request {
    char id[64];         // webhook-id
    char timestamp[32];  // webhook-timestamp
    char signature[128]; // webhook-signature
    char content_type[64];
    char headers[2048]; // all, as they came
    size_t offset;      // of the body in `bytes`
    size_t size;
    int status; // the answer's
};

struct receiver_shared {
    atomic_uint n; // requests read; each entry is complete before n counts it
    unsigned n_steps;
    uint64_t chaos; // not 0: behind the script, answers drawn from this seed; a third are no 200
    struct receiver_step steps[RECEIVER_STEPS];
    struct receiver_request requests[RECEIVER_REQUESTS];
    size_t used;
    char bytes[RECEIVER_BYTES];
};

struct receiver {
    struct receiver_shared *shared;
    int listener;
    unsigned port;
    pid_t pid;
    char url[64];
};

// Aborts the test when it cannot. The script can be set before start only.
void receiver_init(struct receiver *r);
void receiver_step(struct receiver *r, int status, int delay_ms, const char *header);
void receiver_start(struct receiver *r);
void receiver_stop(struct receiver *r); // also releases
unsigned receiver_count(const struct receiver *r);
const struct receiver_request *receiver_at(const struct receiver *r, unsigned i);
const char *receiver_body(const struct receiver *r, unsigned i); // of requests[i].size bytes

#endif
