/* A scheme written by hand against evaluator.h, for tests of its host.
 *
 * layer base: 75% of what a benefit year's amounts exceed parameter 0, at most parameter 1, rounded half up over the
 *   year; nothing while the member is suspended (nothing accumulates either).
 * layer list: 10 yuan for an event in list `drugs`, once the member has had `seen` of it.
 * rejects a claim whose `sure` is given and false.
 * claim: 0 date, 1 event (code), 2 amount, 3 kind (enum, optional), 4 sure (bool, optional), 5 share (ratio, optional),
 *   6 count (int, optional), 7 drug (code, optional); member: 0 suspended (periods)
 * accumulators: 0 cost[year] in words 0 1, 1 per_event[event] keyed, 2 claims[] in word 2, 3 drugs[year, drug] keyed
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "evaluator.h"

#define COST_CEILING 100000000000000LL

enum { PAID, BELOW, CAPPED, SUSPENDED, NOT_LISTED };

static int64_t year_of(int64_t day) {
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    return yoe + era * 400 + (mp >= 10);
}

static int64_t benefit(int64_t cost, int64_t threshold, int64_t cap) {
    int64_t over = cost > threshold ? cost - threshold : 0, pay = (75 * over + 50) / 100;
    return pay < cap ? pay : cap;
}

static void run(const hmb_input *in, const int64_t *rows, int64_t n, hmb_state *state, const hmb_output *out) {
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows[i], m = in->row_member[row], date = in->claim[0][row], event = in->claim[1][row];
        int64_t amount = in->claim[2][row], drug = in->claim[7][row];
        int64_t year = year_of(date), *w = state->words, cost, seen = 0, before, keys[2] = {year, drug};
        int64_t drugs = 0, given_drug = in->claim_given[7][row];
        const int64_t *held;
        int suspended = 0;
        out->pay[0][row] = out->pay[1][row] = 0;
        out->reason[0][row] = BELOW;
        out->reason[1][row] = NOT_LISTED;
        if (in->claim_given[4][row] && !in->claim[4][row]) { out->status[row] = HMB_REJECT; continue; }
        if (year < w[0]) { out->status[row] = HMB_OUT_OF_ORDER; continue; }
        before = year == w[0] ? w[1] : 0;
        for (int64_t p = in->periods[0].offset ? in->periods[0].offset[m] : 0;
             in->periods[0].offset && p < in->periods[0].offset[m + 1]; p++)
            if (in->periods[0].first[p] <= date && date <= in->periods[0].last[p]) suspended = 1;
        cost = suspended ? before : before + amount;
        if (cost > COST_CEILING) { out->status[row] = HMB_CEILING; continue; }
        if (!state->room(state->map, 1, &event, 1)) { out->status[row] = HMB_BOUND; continue; }
        if (given_drug && !state->room(state->map, 3, keys, 2)) { out->status[row] = HMB_BOUND; continue; }
        out->status[row] = HMB_OK;
        held = state->find(state->map, 1, &event, 1);
        if (held) seen = *held;
        if (given_drug) {
            held = state->find(state->map, 3, keys, 2);
            if (held) drugs = *held;
            state->put(state->map, 3, keys, 2, drugs + 1);
        }
        state->put(state->map, 1, &event, 1, seen + 1);
        w[0] = year;
        w[1] = cost;
        w[2] += 1;
        out->pay[0][row] = benefit(cost, in->parameter[0], in->parameter[1])
                           - benefit(before, in->parameter[0], in->parameter[1]);
        if (suspended) out->reason[0][row] = SUSPENDED;
        else if (out->pay[0][row] > 0)
            out->reason[0][row] = benefit(cost, in->parameter[0], in->parameter[1]) < in->parameter[1] ? PAID : CAPPED;
        else if (cost > in->parameter[0]) out->reason[0][row] = CAPPED;
        if (in->listed[0] && in->listed[0][drug] && seen > 0) {
            out->pay[1][row] = 1000;
            out->reason[1][row] = PAID;
        }
    }
}

static PyObject *entry(PyObject *self, PyObject *ignored) { return PyCapsule_New((void *)run, "hmb_run", NULL); }

static PyMethodDef methods[] = {{"entry", entry, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "hand_scheme", NULL, -1, methods};
PyMODINIT_FUNC PyInit_hand_scheme(void) { return PyModule_Create(&module); }
