// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What this machine can do at most, on one and on two threads: copy memory, read it, find the line
// ends of files in the page cache, read(2) them. Every figure is the median of 7.
// usage: limits [FILE...]; writes one JSON object a line.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_BYTES ((size_t)256 << 20)
#define READ_BYTES ((size_t)1 << 20)
#define REPEATS 7
#define BLOCK 128 // a byte counts the line ends of a block

// One pass over bytes [0, n), shared out over threads.
struct pass {
    void (*run)(struct pass *p, size_t begin, size_t end, uint64_t *sum);
    const uint8_t *from;
    uint8_t *to;
    size_t n;
};

struct share {
    struct pass *pass;
    size_t begin;
    size_t end;
    uint64_t sum;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *seconds)
{
    qsort(seconds, REPEATS, sizeof *seconds, ascending);
    return seconds[REPEATS / 2];
}

static void copy_bytes(struct pass *p, size_t begin, size_t end, uint64_t *sum)
{
    memcpy(p->to + begin, p->from + begin, end - begin);
    *sum += p->to[begin];
}

static void read_words(struct pass *p, size_t begin, size_t end, uint64_t *sum)
{
    uint64_t sums[8] = {0};
    for (size_t i = begin; i + 64 <= end; i += 64) {
        uint64_t words[8];
        memcpy(words, p->from + i, sizeof words);
        for (int j = 0; j < 8; j++) {
            sums[j] += words[j];
        }
    }
    for (int j = 0; j < 8; j++) {
        *sum += sums[j];
    }
}

static void count_lines(struct pass *p, size_t begin, size_t end, uint64_t *sum)
{
    size_t at = begin;
    for (; at + BLOCK <= end; at += BLOCK) {
        uint8_t count = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            count = (uint8_t)(count + (p->from[at + i] == '\n'));
        }
        *sum += count;
    }
    for (; at < end; at++) {
        *sum += p->from[at] == '\n';
    }
}

static void *run_share(void *arg)
{
    struct share *s = arg;
    s->pass->run(s->pass, s->begin, s->end, &s->sum);
    return NULL;
}

static uint64_t run_pass(struct pass *p, int n_threads)
{
    size_t half = n_threads == 2 ? p->n / 2 / 64 * 64 : p->n;
    struct share first = {.pass = p, .end = half};
    struct share second = {.pass = p, .begin = half, .end = p->n};
    pthread_t thread;
    if (n_threads == 2 && pthread_create(&thread, NULL, run_share, &second) != 0) {
        fprintf(stderr, "limits: no thread\n");
        exit(1);
    }
    run_share(&first);
    if (n_threads == 2) {
        pthread_join(thread, NULL);
    }
    return first.sum + second.sum;
}

static void print_limit(const char *name, int n_threads, double seconds, size_t bytes)
{
    printf("{\"engine\":\"limit\",\"stage\":\"%s\",\"threads\":%d,\"s\":%.5f,\"bytes\":%zu,"
           "\"gbs\":%.2f}\n",
           name, n_threads, seconds, bytes, (double)bytes / seconds / 1e9);
    fflush(stdout);
}

// The sums go to the error stream: a pass nobody reads the result of would be left out.
static void measure(const char *name, struct pass *p)
{
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        double seconds[REPEATS];
        uint64_t sum = 0;
        for (int i = 0; i < REPEATS; i++) {
            double start = now();
            sum += run_pass(p, n_threads);
            seconds[i] = now() - start;
        }
        print_limit(name, n_threads, median(seconds), p->n);
        fprintf(stderr, "%s: %llu\n", name, (unsigned long long)(sum / REPEATS));
    }
}

static void measure_memory(void)
{
    uint8_t *from = malloc(MEMORY_BYTES);
    uint8_t *to = malloc(MEMORY_BYTES);
    if (from == NULL || to == NULL) {
        fprintf(stderr, "limits: no memory\n");
        exit(1);
    }
    memset(from, 1, MEMORY_BYTES);
    memset(to, 2, MEMORY_BYTES);
    struct pass copy = {copy_bytes, from, to, MEMORY_BYTES};
    struct pass words = {read_words, from, NULL, MEMORY_BYTES};
    measure("copy", &copy);
    measure("read", &words);
    free(from);
    free(to);
}

static void measure_read(const char *name, int fd, size_t n)
{
    uint8_t *buffer = malloc(READ_BYTES);
    double seconds[REPEATS];
    for (int i = 0; buffer != NULL && i < REPEATS; i++) {
        double start = now();
        ssize_t got = lseek(fd, 0, SEEK_SET) == 0 ? 1 : -1;
        while (got > 0) {
            got = read(fd, buffer, READ_BYTES);
        }
        if (got < 0) {
            perror("limits: read");
            exit(1);
        }
        seconds[i] = now() - start;
    }
    free(buffer);
    print_limit(name, 1, median(seconds), n);
}

static int measure_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    char name[512];
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
        fprintf(stderr, "limits: %s: cannot be read\n", path);
        return 1;
    }
    size_t n = (size_t)st.st_size;
    void *bytes = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED) {
        perror(path);
        return 1;
    }
    struct pass lines = {count_lines, bytes, NULL, n};
    snprintf(name, sizeof name, "lines of %s", slash == NULL ? path : slash + 1);
    measure(name, &lines);
    munmap(bytes, n);
    snprintf(name, sizeof name, "read(2) of %s", slash == NULL ? path : slash + 1);
    measure_read(name, fd, n);
    close(fd);
    return 0;
}

int main(int argc, char **argv)
{
    measure_memory();
    for (int i = 1; i < argc; i++) {
        if (measure_file(argv[i]) != 0) {
            return 1;
        }
    }
    return 0;
}
