/** Threads and their messages; messages have a table of their own, so that posting patches one record. */
export const CATEGORIES = ["directive", "discussion", "summary", "status", "ack"] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Thread {
  id: string;
  title: string;
  participants: string[];
  /** Its messages that are in the archive; absent for none. */
  archived_messages?: number;
  created_at: string;
  updated_at: string;
}

export interface Message {
  id: string;
  thread_id: string;
  sender: string;
  target: string | null;
  text: string;
  category: Category;
  project_id: string | null;
  timestamp: string;
}
