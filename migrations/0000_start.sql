CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `installations` (
	`id` text PRIMARY KEY NOT NULL,
	`sealed` blob NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_sources` (
	`job_id` text NOT NULL,
	`picture_id` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_sources_pair` ON `job_sources` (`job_id`,`picture_id`);--> statement-breakpoint
CREATE INDEX `job_sources_by_picture` ON `job_sources` (`picture_id`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`person_id` integer NOT NULL,
	`platform` text NOT NULL,
	`space_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`conversation` text NOT NULL,
	`event_id` text NOT NULL,
	`event_index` integer NOT NULL,
	`action` text NOT NULL,
	`prompt_as_typed` text NOT NULL,
	`work_order` text NOT NULL,
	`model_name` text NOT NULL,
	`picture_count` integer NOT NULL,
	`priority` integer DEFAULT 0 NOT NULL,
	`parent_job_id` text,
	`parent_picture_id` text,
	`attempt` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`crashes` integer DEFAULT 0 NOT NULL,
	`device` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`run_ms` integer DEFAULT 0 NOT NULL,
	`failure_code` text,
	`failure_details` text,
	`removed_at` integer,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id_unique` ON `jobs` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_event` ON `jobs` (`platform`,`event_id`,`event_index`);--> statement-breakpoint
CREATE INDEX `jobs_by_state` ON `jobs` (`state`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_by_person` ON `jobs` (`person_id`,`state`);--> statement-breakpoint
CREATE INDEX `jobs_by_channel` ON `jobs` (`platform`,`space_id`,`channel_id`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_by_time` ON `jobs` (`created_at`);--> statement-breakpoint
CREATE INDEX `jobs_by_parent` ON `jobs` (`parent_job_id`);--> statement-breakpoint
CREATE TABLE `messages` (
	`job_id` text PRIMARY KEY NOT NULL,
	`address` text,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_once` ON `outbox` (`job_id`,`kind`);--> statement-breakpoint
CREATE TABLE `people` (
	`id` integer PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`space_id` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`settings` text DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `people_identity` ON `people` (`platform`,`space_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `pictures` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` integer NOT NULL,
	`job_id` text,
	`set_index` integer NOT NULL,
	`file` text NOT NULL,
	`seed` integer NOT NULL,
	`width_px` integer NOT NULL,
	`height_px` integer NOT NULL,
	`media_type` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pictures_file_unique` ON `pictures` (`file`);--> statement-breakpoint
CREATE INDEX `pictures_by_job` ON `pictures` (`job_id`,`set_index`);--> statement-breakpoint
CREATE INDEX `pictures_by_hash` ON `pictures` (`hash`);--> statement-breakpoint
CREATE INDEX `pictures_by_person` ON `pictures` (`person_id`);--> statement-breakpoint
CREATE TABLE `usage` (
	`job_id` text PRIMARY KEY NOT NULL,
	`person_id` integer NOT NULL,
	`accepted_at` integer NOT NULL,
	`pictures` integer NOT NULL,
	`run_ms` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `usage_by_person` ON `usage` (`person_id`,`accepted_at`);