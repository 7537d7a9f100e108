// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sources: batches, splits, projection, order of calls, cancelling, rejects.
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fsys.h"
#include "mem.h"
#include "pool.h"
#include "source_work.h"

#define WHOLE ((uint64_t)1 << 50)
#define BATCHES_KEPT 64
#define CANCEL_MOST_MS 600

static bool begin(struct subject *s, struct source_work *w, uint64_t target_bytes)
{
    struct pt_error err = ERROR_INIT;
    return subject_good(s, work_begin(w, s, s->config, target_bytes, &err),
                        "create, discover, bind and plan", &err);
}

static bool read_with(struct subject *s, uint64_t target_bytes, struct work_rows *rows)
{
    struct source_work w = {0};
    struct pt_error err = ERROR_INIT;
    bool is_good = begin(s, &w, target_bytes) &&
                   subject_good(s, work_read_all(&w, 4096, rows, &err), "reading", &err);
    work_release(&w);
    return is_good;
}

// --- Batches ---

static void keep_on(struct ArrowArray *array)
{
    (void)array; // somebody else releases it
}

// Looks at a batch in full without taking it.
static uint64_t look_at(struct subject *s, const struct source_work *w,
                        const struct ArrowArray *array, const char *when)
{
    struct pt_error err = ERROR_INIT;
    struct batch batch = {0};
    struct ArrowArray lent = *array;
    uint64_t hash = DIGEST_INIT;
    lent.release = keep_on;
    if (batch_import(&batch, &w->bound, &lent, true, &err) != PT_OK) {
        subject_fault(s, "a batch is wrong%s: %s", when, err.message);
        return 0;
    }
    for (size_t i = 0; i < batch.n_rows; i++) {
        uint64_t row = work_row_hash(&batch, w->bound.n, i);
        hash = digest_add(hash, &row, sizeof row);
    }
    batch_release(&batch);
    return hash;
}

struct kept_batches {
    struct ArrowArray arrays[BATCHES_KEPT];
    uint64_t hashes[BATCHES_KEPT];
    size_t n;
};

static void take_batches(struct subject *s, struct source_work *w, struct kept_batches *kept)
{
    struct pt_error err = ERROR_INIT;
    struct work_rows rows = {0};
    struct work_watch watch = {.rows = &rows};
    struct ArrowArrayStream stream;
    if (w->n_splits == 0 ||
        !subject_good(s, work_open(w, &w->splits[0], 64, &watch, &stream, &err), "open", &err)) {
        return;
    }
    while (kept->n < BATCHES_KEPT) {
        struct ArrowArray *array = &kept->arrays[kept->n];
        *array = (struct ArrowArray){0};
        int code = stream.get_next(&stream, array);
        if (code != 0 || array->release == NULL) {
            subject_status(s, code, "get_next");
            break;
        }
        kept->hashes[kept->n++] = look_at(s, w, array, "");
    }
    subject_at(s, "release of the stream");
    stream.release(&stream);
    if (stream.release != NULL) {
        subject_fault(s, "release of the stream leaves its release set");
    }
}

static void check_batches(struct subject *s)
{
    struct source_work w = {0};
    struct kept_batches *kept = arena_zero(&s->arena, 1, sizeof *kept);
    if (kept != NULL && begin(s, &w, WHOLE)) {
        take_batches(s, &w, kept);
        for (size_t i = 0; i < kept->n; i++) {
            subject_at(s, "batch %zu after the stream was released", i + 1);
            if (look_at(s, &w, &kept->arrays[i], " after its stream was released") !=
                kept->hashes[i]) {
                subject_fault(s, "batch %zu changes when its stream is released", i + 1);
            }
        }
        for (size_t i = 0; i < kept->n; i++) {
            kept->arrays[i].release(&kept->arrays[i]);
        }
    }
    work_release(&w);
}

// --- Splits ---

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// What is in one and not in the other.
static void count_difference(const struct work_rows *a, const struct work_rows *b, size_t *missing,
                             size_t *surplus)
{
    size_t i = 0;
    size_t k = 0;
    qsort(a->hashes, a->n, sizeof *a->hashes, compare_hashes);
    qsort(b->hashes, b->n, sizeof *b->hashes, compare_hashes);
    while (i < a->n || k < b->n) {
        if (k == b->n || (i < a->n && a->hashes[i] < b->hashes[k])) {
            (*missing)++;
            i++;
        } else if (i == a->n || b->hashes[k] < a->hashes[i]) {
            (*surplus)++;
            k++;
        } else {
            i++;
            k++;
        }
    }
}

static void compare_rows(struct subject *s, struct work_rows *whole, struct work_rows *pieces,
                         const char *how)
{
    if (pieces->rejected != whole->rejected) {
        subject_fault(s, "%s rejects %llu records, the whole %llu", how,
                      (unsigned long long)pieces->rejected, (unsigned long long)whole->rejected);
    }
    if (whole->n == pieces->n && (whole->n == 0 || memcmp(whole->hashes, pieces->hashes,
                                                          whole->n * sizeof *whole->hashes) == 0)) {
        return;
    }
    struct work_rows sorted = {0};
    size_t missing = 0;
    size_t surplus = 0;
    if (mem_reserve(&sorted.hashes, &sorted.capacity, whole->n + 1, sizeof *sorted.hashes)) {
        memcpy(sorted.hashes, whole->hashes, whole->n * sizeof *sorted.hashes);
        sorted.n = whole->n;
        count_difference(&sorted, pieces, &missing, &surplus);
    }
    work_rows_release(&sorted);
    if (missing == 0 && surplus == 0) {
        subject_fault(s, "%s gives the rows in another order", how);
    } else {
        subject_fault(s, "%s misses %zu rows of the whole and has %zu too many", how, missing,
                      surplus);
    }
}

static uint64_t data_bytes(const struct subject *s)
{
    struct stat info;
    return fsys_stat(s->request->data, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static void check_splits(struct subject *s)
{
    struct work_rows whole = {0};
    const uint64_t size = data_bytes(s);
    const uint64_t least = size / 300 + 1; // a reasonable number of splits of a large file
    const uint64_t targets[] = {size / 2 + 1, size / 3, size / 7, 4096, 611, 64, 1};
    bool is_good = read_with(s, WHOLE, &whole);
    for (size_t i = 0; is_good && i < sizeof targets / sizeof targets[0]; i++) {
        struct work_rows pieces = {0};
        uint64_t target = targets[i] < least ? least : targets[i];
        char how[64];
        snprintf(how, sizeof how, "the union of splits of %llu bytes", (unsigned long long)target);
        subject_at(s, "splits of %llu bytes", (unsigned long long)target);
        is_good = read_with(s, target, &pieces);
        if (is_good) {
            compare_rows(s, &whole, &pieces, how);
        }
        work_rows_release(&pieces);
    }
    work_rows_release(&whole);
}

// The state and the splits reach another instance, as they reach another process.
static void read_elsewhere(struct subject *s, struct source_work *first, struct work_rows *rows)
{
    struct source_work other = {0};
    struct pt_error err = ERROR_INIT;
    if (!subject_good(s, work_create(&other, s, s->config, &err), "create", &err)) {
        return;
    }
    // Its schema and state are those the first one told; discover is not called here.
    struct schema own = other.schema;
    other.schema = first->schema;
    str_add_n(&other.state, first->state.p, first->state.n);
    subject_at(s, "bind of another instance with the state of the first");
    bool is_bound = subject_good(s, work_bind(&other, NULL, 0, &err),
                                 "bind in an instance that did not discover", &err);
    other.schema = own;
    for (size_t i = 0; is_bound && i < first->n_splits; i++) {
        is_bound = subject_good(s, work_read(&other, &first->splits[i], 512, rows, &err),
                                "reading a split in an instance that did not plan", &err);
    }
    work_release(&other);
}

static void check_elsewhere(struct subject *s)
{
    struct source_work first = {0};
    struct work_rows whole = {0};
    struct work_rows pieces = {0};
    if (begin(s, &first, data_bytes(s) / 3 + 1)) {
        struct pt_error err = ERROR_INIT;
        if (subject_good(s, work_read_all(&first, 4096, &whole, &err), "reading", &err)) {
            read_elsewhere(s, &first, &pieces);
        }
        if (s->n_faults == 0) {
            compare_rows(s, &whole, &pieces, "another instance with the same state and splits");
        }
    }
    work_release(&first);
    work_rows_release(&whole);
    work_rows_release(&pieces);
}

// --- Threads ---

struct together {
    struct source_work *work;
    struct work_rows *rows; // a split
};

static pt_status read_one(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct together *t = arg;
    (void)worker;
    return work_read(t->work, &t->work->splits[item], 1024, &t->rows[item], err);
}

static void read_together(struct subject *s, struct source_work *w, struct pool *pool,
                          struct work_rows *out)
{
    struct pt_error err = ERROR_INIT;
    struct together t = {w, arena_zero(&s->arena, w->n_splits, sizeof *t.rows)};
    if (t.rows == NULL ||
        !subject_good(s, pool_run(pool, w->n_splits, read_one, &t, &err), "reading", &err)) {
        return;
    }
    for (size_t i = 0; i < w->n_splits; i++) {
        out->rejected += t.rows[i].rejected;
        for (size_t k = 0;
             k < t.rows[i].n && mem_reserve(&out->hashes, &out->capacity, out->n + 1, 8); k++) {
            out->hashes[out->n++] = t.rows[i].hashes[k];
        }
        work_rows_release(&t.rows[i]);
    }
}

static void check_threads(struct subject *s)
{
    struct source_work w = {0};
    struct work_rows whole = {0};
    struct work_rows pieces = {0};
    struct pool *pool = NULL;
    if (s->component->threads < PT_THREADS_PARALLEL_READERS) {
        subject_skip(s, "its thread model says one thread");
        return;
    }
    if (read_with(s, WHOLE, &whole) && begin(s, &w, data_bytes(s) / 40 + 1) &&
        pool_new(8, &pool, NULL) == PT_OK) {
        subject_at(s, "%zu splits in 8 threads", w.n_splits);
        read_together(s, &w, pool, &pieces);
        compare_rows(s, &whole, &pieces, "reading in 8 threads");
    }
    pool_free(pool);
    work_release(&w);
    work_rows_release(&whole);
    work_rows_release(&pieces);
}

// --- Projection ---

static bool read_columns(struct subject *s, const size_t *columns, size_t n, struct work_rows *rows)
{
    struct source_work w = {0};
    struct pt_error err = ERROR_INIT;
    bool is_good = subject_good(s, work_create(&w, s, s->config, &err), "create", &err) &&
                   subject_good(s, work_discover(&w, &err), "discover", &err) &&
                   subject_good(s, work_bind(&w, columns, n, &err), "bind", &err) &&
                   subject_good(s, work_plan(&w, WHOLE, &err), "plan", &err) &&
                   subject_good(s, work_read_all(&w, 4096, rows, &err), "reading", &err);
    work_release(&w);
    return is_good;
}

// Columns of all columns, hashed by themselves: what a projection must give.
static bool read_column_of_all(struct subject *s, size_t column, struct work_rows *out)
{
    struct source_work w = {0};
    struct pt_error err = ERROR_INIT;
    struct work_rows none = {0};
    bool is_good = begin(s, &w, WHOLE);
    for (size_t i = 0; is_good && i < w.n_splits; i++) {
        struct work_watch watch = {.rows = &none};
        struct ArrowArrayStream stream;
        struct batch batch = {0};
        is_good =
            subject_good(s, work_open(&w, &w.splits[i], 4096, &watch, &stream, &err), "open", &err);
        struct ArrowArray array = {0};
        while (is_good && stream.get_next(&stream, &array) == 0 && array.release != NULL) {
            if (batch_import(&batch, &w.bound, &array, true, &err) != PT_OK) {
                array.release(&array);
                is_good = false;
                break;
            }
            struct batch one = {.columns = &batch.columns[column], .n_rows = batch.n_rows};
            for (size_t r = 0;
                 r < one.n_rows && mem_reserve(&out->hashes, &out->capacity, out->n + 1, 8); r++) {
                out->hashes[out->n++] = work_row_hash(&one, 1, r);
            }
            array = (struct ArrowArray){0};
        }
        batch_release(&batch);
        if (stream.release != NULL) {
            stream.release(&stream);
        }
    }
    work_release(&w);
    return is_good;
}

static size_t count_columns(struct subject *s)
{
    struct source_work w = {0};
    size_t n = begin(s, &w, WHOLE) ? w.schema.n : 0;
    work_release(&w);
    return n;
}

static void check_projection(struct subject *s)
{
    size_t n = count_columns(s);
    for (size_t c = 0; c < n && c < 24 && s->n_faults == 0 && subject_has_time(s); c++) {
        struct work_rows alone = {0};
        struct work_rows wanted = {0};
        char how[64];
        snprintf(how, sizeof how, "column %zu bound alone", c + 1);
        subject_at(s, "%s", how);
        if (read_columns(s, &c, 1, &alone) && read_column_of_all(s, c, &wanted)) {
            wanted.rejected =
                alone.rejected; // rows with a bad field elsewhere may be rejected late
            compare_rows(s, &wanted, &alone, how);
        }
        work_rows_release(&alone);
        work_rows_release(&wanted);
    }
}

// --- Order of calls ---

// Destroys an instance after each step of its life.
static void stop_after(struct subject *s, int step)
{
    struct source_work w = {0};
    struct pt_error err = ERROR_INIT;
    struct work_rows rows = {0};
    struct work_watch watch = {.rows = &rows};
    struct ArrowArrayStream stream = {0};
    struct ArrowArray array = {0};
    int64_t before = mem_live_blocks();
    subject_at(s, "destroy after step %d", step);
    bool goes_on = work_create(&w, s, s->config, &err) == PT_OK;
    goes_on = goes_on && step > 1 && work_discover(&w, &err) == PT_OK;
    goes_on = goes_on && step > 2 && work_bind(&w, NULL, 0, &err) == PT_OK;
    goes_on = goes_on && step > 3 && work_plan(&w, 4096, &err) == PT_OK && w.n_splits > 0;
    goes_on = goes_on && step > 4 &&
              work_open(&w, &w.splits[w.n_splits - 1], 8, &watch, &stream, &err) == PT_OK;
    if (goes_on && step > 5 && stream.get_next(&stream, &array) == 0 && array.release != NULL) {
        array.release(&array);
    }
    if (stream.release != NULL) {
        stream.release(&stream);
    }
    work_release(&w);
    if (mem_live_blocks() > before) {
        subject_fault(s, "destroyed after step %d, it leaves %lld blocks", step,
                      (long long)(mem_live_blocks() - before));
    }
}

static void check_order(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    for (int step = 1; step <= 6; step++) {
        stop_after(s, step);
    }
    // Calls before their time: any answer but a crash.
    struct source_work w = {0};
    subject_at(s, "plan before discover and bind");
    if (work_create(&w, s, s->config, &err) == PT_OK) {
        subject_status(s, work_plan(&w, 4096, &err), "plan before bind");
    }
    work_release(&w);
    subject_at(s, "everything twice");
    if (begin(s, &w, 4096)) {
        schema_release(&w.schema);
        subject_good(s, work_discover(&w, &err), "a second discover", &err);
        subject_good(s, work_bind(&w, NULL, 0, &err), "a second bind", &err);
        subject_good(s, work_plan(&w, 4096, &err), "a second plan", &err);
    }
    work_release(&w);
}

// --- Cancelling ---

static void check_cancel(struct subject *s)
{
    struct source_work w = {0};
    struct pt_error err = ERROR_INIT;
    struct work_rows rows = {0};
    struct work_watch watch = {.rows = &rows};
    struct ArrowArrayStream stream = {0};
    struct ArrowArray array = {0};
    if (!begin(s, &w, WHOLE) || w.n_splits == 0 ||
        !subject_good(s, work_open(&w, &w.splits[0], 8, &watch, &stream, &err), "open", &err)) {
        work_release(&w);
        return;
    }
    int code = stream.get_next(&stream, &array);
    if (code == 0 && array.release != NULL) {
        array.release(&array);
    }
    s->cancelled = 1;
    int64_t end = clock_monotonic_us() + CANCEL_MOST_MS * US_PER_MS;
    bool is_over = code != 0;
    subject_at(s, "get_next after the run was cancelled");
    while (!is_over && clock_monotonic_us() < end) {
        array = (struct ArrowArray){0};
        code = stream.get_next(&stream, &array);
        is_over = code != 0 || array.release == NULL;
        if (array.release != NULL) {
            array.release(&array);
        }
    }
    if (!is_over || clock_monotonic_us() > end) {
        subject_fault(s, "%d ms after the run was cancelled it still reads", CANCEL_MOST_MS);
    } else if (code != 0 && code != PT_E_CANCELLED) {
        subject_fault(s, "cancelled, get_next returns %d (%s)", code, error_name(code));
    }
    s->cancelled = 0;
    stream.release(&stream);
    work_release(&w);
}

const struct check source_checks[] = {
    {"batches", "batches are sound Arrow data and outlive their stream", check_batches, true},
    {"splits", "the union of splits of any size is the whole, in order", check_splits, true},
    {"elsewhere", "state and splits serve another instance", check_elsewhere, true},
    {"threads", "splits open at once in 8 threads give the same rows", check_threads, true},
    {"projection", "a column bound alone has the same values", check_projection, true},
    {"order", "destroy after every step, calls before their time", check_order, true},
    {"cancel", "a cancelled run is left soon", check_cancel, true},
    {"damage", "damaged files end in rejects or errors that add up", source_check_damage, true},
    {NULL, NULL, NULL, false},
};
