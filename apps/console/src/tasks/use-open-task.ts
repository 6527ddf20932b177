import { useCallback, useRef, useState } from 'react';
import { ApiError } from '../api/api.client.js';
import type { OpenedTask, TaskWord } from '../api/api.types.js';
import { useSession } from '../live/live.context.js';
import { saidSo } from './task.wording.js';

export interface OpenTaskView {
  /** The one that is open here, or being opened. */
  readonly id?: string;
  readonly task?: OpenedTask;
  readonly working: boolean;
  /** Why it could not be opened, or a word was not taken. */
  readonly error?: string;
  /** What the last word led to. */
  readonly said?: string;
  open(id: string): void;
  say(word: TaskWord): void;
  /** The one that is spoken of, without being shown it. */
  choose(id: string): void;
  leave(): void;
}

interface State {
  readonly id?: string;
  readonly task?: OpenedTask;
  readonly working: boolean;
  readonly error?: string;
  readonly said?: string;
}

/** One task in hand at a time. Its text is in memory here and nowhere else, and gone when it is left. */
export function useOpenTask(worker: string, onChange: () => void): OpenTaskView {
  const { client } = useSession();
  const [state, setState] = useState<State>({ working: false });
  /** A word that could not be brought home is repeated under its key. */
  const saying = useRef<{ readonly of: string; readonly key: string }>(undefined);

  const open = useCallback(
    (id: string): void => {
      setState({ id, working: true });
      client
        .openTask(id, worker)
        .then((task) => {
          setState((now) => (now.id === id ? { id, task, working: false } : now));
          onChange();
        })
        .catch((thrown: unknown) => {
          setState((now) => (now.id === id ? { id, working: false, error: sentenceOf(thrown) } : now));
          if (isOver(thrown)) onChange();
        });
    },
    [client, worker, onChange],
  );

  const { id } = state;
  const say = useCallback(
    (word: TaskWord): void => {
      if (id === undefined) return;
      const of = `${id} ${word.outcome}`;
      if (saying.current?.of !== of) saying.current = { of, key: crypto.randomUUID() };
      setState((now) => ({ ...(now.task ? { task: now.task } : {}), id, working: true }));
      client
        .finishTask(id, { worker, word, key: saying.current.key })
        .then((result) => {
          setState({ working: false, said: saidSo(result) });
          onChange();
        })
        .catch((thrown: unknown) => {
          setState((now) => ({ ...now, working: false, error: sentenceOf(thrown) }));
          if (isOver(thrown)) onChange();
        });
    },
    [client, id, worker, onChange],
  );

  const leave = useCallback((): void => setState({ working: false }), []);
  const choose = useCallback((chosen: string): void => setState({ id: chosen, working: false }), []);
  return { ...state, open, say, choose, leave };
}

const sentenceOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : 'It did not work.');

/** The list shows something that is not so any more. */
const isOver = (thrown: unknown): boolean =>
  thrown instanceof ApiError && (thrown.status === 409 || thrown.status === 404);
